"""The catalogue: one function is one block, one loss, one optimizer."""
