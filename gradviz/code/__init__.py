"""Projects as PyTorch code: what a good teacher would write, and runs without gradviz."""
