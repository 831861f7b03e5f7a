"""Edits of gradients and values, put on for an iteration and taken off after it."""
