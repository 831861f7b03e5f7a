"""A loader on one page: for pictures, from top to bottom."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.data.previews.kinds import Preview
from gradviz.data.previews.told import LoaderTold
from gradviz.render import fonts
from gradviz.render.drawing import Box, Drawing, placed
from gradviz.render.previews.draw import draw_preview
from gradviz.render.previews.sections import Figure, Section, facts_of, sections_of, title_of
from gradviz.render.previews.stack import TEXT, Piece, paragraph, stacked
from gradviz.render.theme import Theme

WIDTH = 960.0
MARGIN = 36.0
TITLE, HEADING = 28.0, 20.0


def draw_page(told: LoaderTold, theme: Theme, *, width: float = WIDTH) -> Drawing:
    """Everything that is told of a loader, in the language in use."""
    fonts.ready()
    room = width - 2 * MARGIN
    title = title_of(told)
    head = stacked(
        (
            paragraph(title, room, colour=theme.text, size=TITLE, bold=True, most=3),
            paragraph(facts_of(told), room, colour=theme.muted, size=TEXT + 1),
        ),
        gap=2,
    )
    parts = [head, *(_section(each, room, theme) for each in sections_of(told))]
    items, height = stacked(parts, gap=34)
    return Drawing(
        width=width,
        height=height + 2 * MARGIN,
        background=theme.background,
        items=tuple(placed(item, MARGIN, MARGIN) for item in items),
        title=title,
    )


def draw_previews(
    previews: Sequence[Preview], theme: Theme, *, title: str, width: float = WIDTH
) -> Drawing:
    """Previews one below the other under a title."""
    fonts.ready()
    room = width - 2 * MARGIN
    head = paragraph(title, room, colour=theme.text, size=HEADING, bold=True, most=2)
    drawn = (draw_preview(each, width=room, theme=theme) for each in previews)
    items, height = stacked((head, *drawn), gap=22)
    moved = tuple(placed(item, MARGIN, MARGIN) for item in items)
    return Drawing(width, height + 2 * MARGIN, theme.background, moved, title=title)


def _section(section: Section, width: float, theme: Theme) -> Piece:
    rule: Piece = ((Box(x=0, y=0, width=width, height=2, fill=theme.border),), 4.0)
    head = paragraph(section.title, width, colour=theme.text, size=HEADING, bold=True, most=2)
    said = stacked(
        (paragraph(line, width, colour=theme.muted, size=TEXT) for line in section.said), gap=0
    )
    figures = stacked((_figure(each, width, theme) for each in section.figures), gap=22)
    return stacked((rule, head, said, figures), gap=10)


def _figure(figure: Figure, width: float, theme: Theme) -> Piece:
    title = paragraph(figure.title, width, colour=theme.text, size=TEXT + 1, bold=True, most=2)
    return stacked((title, figure.draw(width, theme)), gap=8)
