"""Whole pictures: pages, slides, several moments or graphs on one, with key and footer."""
