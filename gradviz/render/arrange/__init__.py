"""From scenes to layouts, with what is cut off, shared or folded in them."""
