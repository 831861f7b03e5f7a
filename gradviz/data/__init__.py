"""Datasets and the loaders that feed a session."""
