"""Iterations recorded one after the other, any of which can be had again."""
