"""Breakpoints: where a trace hits one, and why."""
