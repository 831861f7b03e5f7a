"""What tensors, texts and batches look like, as plain data that no torch is needed to draw."""
