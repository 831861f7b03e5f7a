"""The recorder: what happens in any PyTorch code, as events."""
