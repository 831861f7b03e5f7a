"""Formulas of ops and of their backward, with the numbers of one element put in."""
