"""PyTorch modules as people write them: each class keeps the habits of its kind of author."""
