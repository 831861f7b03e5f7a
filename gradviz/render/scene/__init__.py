"""What is to be placed: cards, frames and the edges between them, without a place yet."""
