"""Ops of torch as blocks of the catalogue: one function reads the arguments of one op."""
