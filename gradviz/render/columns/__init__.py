"""Tall layouts in several columns, to fit a page."""
