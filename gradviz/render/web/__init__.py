"""Pages to look around in: one HTML file with everything in it."""
