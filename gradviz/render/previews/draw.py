"""Any preview as a display list."""

from __future__ import annotations

from gradviz.data.previews.kinds import ImageGrid, Preview, TextTable, Tree
from gradviz.render import fonts
from gradviz.render.drawing import Item
from gradviz.render.previews.images import draw_images
from gradviz.render.previews.texts import draw_texts
from gradviz.render.previews.trees import draw_tree
from gradviz.render.theme import Theme

NARROWEST = 160.0
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
        case _:
            raise NotImplementedError
