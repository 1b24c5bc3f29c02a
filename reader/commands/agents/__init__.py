"""The server for agents: its tools, what they take and what they answer."""
