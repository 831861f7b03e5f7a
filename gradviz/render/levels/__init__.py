"""Scenes cut up by their module calls, each laid out alone from the innermost outwards."""
