"""What torch's DataLoader does, step by step: its own classes run, and are looked at."""
