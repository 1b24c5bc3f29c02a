"""Work that asks the web: each starts a job of `refresh/`, and changes the state as it goes on."""
