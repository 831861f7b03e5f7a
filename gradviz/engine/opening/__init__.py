"""Traces opened from files."""
