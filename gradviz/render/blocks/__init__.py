"""The model as blocks: what each card says, where it stands, and how it is drawn. No widgets."""
