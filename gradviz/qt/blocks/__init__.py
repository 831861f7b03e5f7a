"""Building a model by hand: palette, canvas, form and code over one desk."""
