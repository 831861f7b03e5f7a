"""Help in the window: pages, keys, and what the program is made of."""
