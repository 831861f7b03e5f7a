"""A scene in place, and the ways of its edges."""
