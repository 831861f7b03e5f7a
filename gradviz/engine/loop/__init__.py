"""The training loop that a session runs, and what it is fed with."""
