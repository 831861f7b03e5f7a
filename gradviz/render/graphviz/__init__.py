"""Graphviz: scenes as DOT text, its executables, and what they answer."""
