"""What queries find in a graph, and ways through it."""
