"""Words for what happened: formulas of operations and optimizers."""
