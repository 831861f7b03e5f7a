"""The way of a batch in the window: its steps, its samples, workers, the epoch."""
