"""What happened: events, the autograd graph, values, and the state at a cursor."""
