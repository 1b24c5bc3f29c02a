"""The pure heart: papers, text, queries, topics. No I/O."""
