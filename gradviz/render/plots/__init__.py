"""Plots: curves over axes, of plain numbers."""
