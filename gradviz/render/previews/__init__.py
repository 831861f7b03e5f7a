"""Previews of samples and batches as drawings: `draw_preview` draws any of them."""
