"""Datasets from the user's own files: read in pieces, never run, never trusted."""
