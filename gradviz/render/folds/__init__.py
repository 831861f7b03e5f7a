"""What is drawn as one: module calls, like ones of them together, and the passes of loops."""
