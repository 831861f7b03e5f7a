"""An epoch at a glance: the classes of each batch, the lengths, and which samples came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gradviz.data.previews.kinds import ZERO_LEVEL, Bar
from gradviz.data.previews.told import BatchCounts, EpochTold
from gradviz.i18n import gettext as _
from gradviz.render.drawing import Bitmap, Box, Item, Text
from gradviz.render.previews.colours import COLOURS, class_colour, of_pixels, rgb_of
from gradviz.render.previews.histogram import draw_bars
from gradviz.render.previews.legend import class_legend, swatches
from gradviz.render.previews.plot import ROOM_BELOW, ends, frame
from gradviz.render.previews.stack import NOTHING, SMALL, Piece, paragraph, stacked
from gradviz.render.theme import Theme

HIGH = 120.0
WIDEST, NARROWEST = 26.0, 3.0
"""Pixels of a batch's bar."""
CLASSES = 16
"""Classes that are told apart; the rest are one."""
LENGTHS = 32
"""Bars of the lengths, at most."""


def shown_classes(epoch: EpochTold) -> tuple[str, ...]:
    """The classes that have a colour: the most frequent ones, in their order."""
    if len(epoch.classes) <= CLASSES:
        return epoch.classes
    total = totals(epoch)
    kept = sorted(epoch.classes, key=lambda name: -total[name])[: CLASSES - 1]
    return tuple(name for name in epoch.classes if name in kept)


def totals(epoch: EpochTold) -> Counter[str]:
    """The samples of each class in all batches."""
    total: Counter[str] = Counter()
    for each in epoch.batches:
        total.update(each.classes)
    return total


def draw_balance(epoch: EpochTold, *, width: float, theme: Theme) -> Piece:
    """A bar a batch, of as many colours as it has classes."""
    names = shown_classes(epoch)
    if not names:
        return NOTHING
    rest = len(names) < len(epoch.classes)
    legend = dict(enumerate(names))
    if rest:
        others = len(epoch.classes) - len(names)
        legend[len(names)] = _("{count} others").format(count=others)
    shown = epoch.batches[: int((width - 60) // NARROWEST)]
    left = len(epoch.batches) - len(shown)
    more = _("and {count} more batches").format(count=left) if left else ""
    return stacked(
        (
            class_legend(legend, theme, width=width, hatched=True),
            _bars(shown, names, width, theme),
            paragraph(more, width, colour=theme.text),
        )
    )


def _bars(
    shown: Sequence[BatchCounts],
    names: tuple[str, ...],
    width: float,
    theme: Theme,
) -> Piece:
    aside = 40.0
    most = max(max(sum(each.classes.values()) for each in shown), 1)
    step = max(NARROWEST, min(WIDEST, (width - aside) / len(shown)))
    wide = step * len(shown)
    items: list[Item] = [frame(aside, 0, max(wide, 40.0), HIGH, theme)]
    for y, text in ((SMALL, str(most)), (HIGH, "0")):
        items.append(
            Text(x=aside - 6, y=y, text=text, size=SMALL, colour=theme.muted, anchor="end")
        )
    gap = 1.0 if step > 5 else 0.0
    for place, batch in enumerate(shown):
        top = HIGH
        counts = [batch.classes.get(name, 0) for name in names]
        counts.append(sum(batch.classes.values()) - sum(counts))
        for number, count in enumerate(counts):
            if not count:
                continue
            high = HIGH * count / most
            top -= high
            items.append(class_box(number, (aside + place * step, top, step - gap, high), theme))
    first, last = shown[0].number, shown[-1].number
    texts = [(aside + step / 2, str(first)), (aside + wide - step / 2, str(last))]
    middle = _("batch")
    texts.append((aside + wide / 2, middle))
    items += ends(texts, HIGH, theme, left=aside, right=aside + max(wide, 40.0))
    return tuple(items), HIGH + ROOM_BELOW


def class_box(number: int, place: tuple[float, float, float, float], theme: Theme) -> Box:
    """A box in the colour of a class; hatched where the colours begin again."""
    x, y, width, height = place
    again = number >= COLOURS
    return Box(
        x=x,
        y=y,
        width=width,
        height=height,
        fill=class_colour(number, theme),
        stroke=theme.background if again else None,
        hatch=again,
    )


def length_bars(epoch: EpochTold) -> tuple[Bar, ...]:
    """How many samples have which length; nothing where all have the same."""
    counts = Counter(length for each in epoch.batches for length in each.lengths)
    if len(counts) < 2:
        return ()
    low, high = min(counts), max(counts)
    if high - low < LENGTHS:
        return tuple(Bar(at, at, counts[at]) for at in range(low, high + 1))
    sides = [low + (high - low + 1) * place / LENGTHS for place in range(LENGTHS + 1)]
    bars = [0] * LENGTHS
    for length, count in counts.items():
        bars[(length - low) * LENGTHS // (high - low + 1)] += count
    return tuple(Bar(sides[at], sides[at + 1], count) for at, count in enumerate(bars))


def draw_lengths(epoch: EpochTold, *, width: float, theme: Theme) -> Piece:
    """The histogram of the lengths."""
    return draw_bars(length_bars(epoch), width=width, theme=theme)


def draw_visits(epoch: EpochTold, *, width: float, theme: Theme) -> Piece:
    """A cell for each sample of the dataset, row by row."""
    count = len(epoch.visits)
    if not count:
        return NOTHING
    cell = 14 if count <= 256 else 8 if count <= 1500 else 6 if count <= 4000 else 4
    columns = min(count, int(width // cell))
    columns = columns // 10 * 10 if columns >= 10 else columns
    most = max(epoch.visits)
    levels = [ZERO_LEVEL + round(ZERO_LEVEL * visits / most) for visits in epoch.visits]
    for index in epoch.dropped:
        if index.isdecimal() and int(index) < count and not epoch.visits[int(index)]:
            levels[int(index)] = 0
    pixels = rgb_of(bytes(levels), theme)
    whole = count // columns * columns
    items: list[Item] = []
    for start, end in ((0, whole), (whole, count)):
        if start == end:
            continue
        wide = min(columns, end - start)
        inside = _cells(pixels[3 * start : 3 * end], wide, cell, LINES[theme.dark])
        high = (end - start) // wide * cell
        items.append(
            Bitmap(
                x=0,
                y=start // columns * cell,
                width=wide * cell,
                height=high,
                columns=wide * cell,
                rows=high,
                rgb=inside,
            )
        )
    said = _("a cell a sample of the dataset, from #0, {count} a row").format(count=columns)
    height = -(-count // columns) * cell
    return stacked(
        (
            swatches(visits_meant(epoch, theme), theme, width=width),
            (tuple(items), height),
            paragraph(said, width, colour=theme.muted),
        )
    )


LINES = {False: bytes((201, 208, 217)), True: bytes((59, 69, 83))}
"""What is between the cells, on light ground and on dark."""


def visits_meant(epoch: EpochTold, theme: Theme) -> list[tuple[str, str]]:
    """The colours of the cells, and what they mean."""
    known = of_pixels(theme)
    most = max(epoch.visits, default=0)
    came = _("it came")
    if most > 1:
        came = _("it came, {most} times at most: the darker the more often").format(most=most)
    meant = [(known.positive, came)]
    if epoch.dropped:
        meant.append((known.negative, _("left because of drop_last")))
    if 0 in epoch.visits and (epoch.missed or not epoch.whole):
        meant.append(("#ffffff", _("it did not come")))
    return meant


def _cells(pixels: bytes, columns: int, cell: int, ground: bytes) -> bytes:
    """The cells as pixels, each with a line at its right and below it."""
    made = bytearray()
    empty = ground * (columns * cell)
    for row in range(0, len(pixels), 3 * columns):
        line = b"".join(
            pixels[place : place + 3] * (cell - 1) + ground
            for place in range(row, row + 3 * columns, 3)
        )
        made += line * (cell - 1) + empty
    return bytes(made)
