"""Display lists as files: SVG, PNG, PDF, moving pictures."""
