"""Training a project over epochs, at full speed, with validation after each."""
