"""From what was asked to live torch objects, their shapes on the way, and what would mend them."""
