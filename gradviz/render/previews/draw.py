"""Any preview as a display list."""

from __future__ import annotations

from gradviz.data.previews.kinds import (
    Audio,
    ImageGrid,
    Points,
    Preview,
    Scalars,
    Signals,
    Slices,
    Table,
    TextTable,
    Tree,
)
from gradviz.render import fonts
from gradviz.render.drawing import Item
from gradviz.render.previews.curves import draw_audio, draw_signals
from gradviz.render.previews.images import draw_images
from gradviz.render.previews.points import draw_points
from gradviz.render.previews.slices import draw_slices
from gradviz.render.previews.tables import draw_scalars, draw_table
from gradviz.render.previews.texts import draw_texts
from gradviz.render.previews.trees import draw_tree
from gradviz.render.theme import Theme

NARROWEST = 140.0
"""Pixels that a preview needs."""


def draw_preview(preview: Preview, *, width: float, theme: Theme) -> tuple[tuple[Item, ...], float]:
    """The preview from (0, 0), no wider than ``width``, in the language in use; and its height.

    What is drawn of one sample has its place in the batch as ``node``.
    """
    fonts.ready()
    width = max(width, NARROWEST)
    match preview:
        case ImageGrid():
            return draw_images(preview, width=width, theme=theme)
        case TextTable():
            return draw_texts(preview, width=width, theme=theme)
        case Tree():
            return draw_tree(preview, width=width, theme=theme)
        case Table():
            return draw_table(preview, width=width, theme=theme)
        case Scalars():
            return draw_scalars(preview, width=width, theme=theme)
        case Signals():
            return draw_signals(preview, width=width, theme=theme)
        case Audio():
            return draw_audio(preview, width=width, theme=theme)
        case Points():
            return draw_points(preview, width=width, theme=theme)
        case Slices():
            return draw_slices(preview, width=width, theme=theme)
