"""How samples are joined to a batch."""
