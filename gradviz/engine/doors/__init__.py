"""Where torch lets a recorder in, and how it stays out of its own sight."""
