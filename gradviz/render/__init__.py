"""Pictures: cards and arrows of an autograd graph, placed by Graphviz, painted and written."""
