"""What a page of a loader has: sections with figures, for pictures and for the web alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from gradviz.data.previews.kinds import Preview
from gradviz.data.previews.told import (
    BatchTold,
    DrawsTold,
    EpochTold,
    LoaderTold,
    SampleTold,
)
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render.previews.draw import draw_preview
from gradviz.render.previews.epoch import (
    draw_balance,
    draw_lengths,
    draw_visits,
    length_bars,
    shown_classes,
)
from gradviz.render.previews.numbertables import NumberTable, balance_table, table_of
from gradviz.render.previews.stack import Piece, stacked
from gradviz.render.previews.steps import draw_steps
from gradviz.render.theme import Theme
from gradviz.trace.pipeline import Branch

MOST = 24
"""Indices that are written."""
BRANCHES: dict[Branch, str] = {
    "input": N_("input"),
    "target": N_("target"),
    "sample": N_("sample"),
}


class Figure(NamedTuple):
    """A picture that is drawn for a width, what a screen reader says of it, and its numbers.

    A ``plain`` figure is a table anyway, which a web page need not show as a picture.
    """

    title: str
    draw: Callable[[float, Theme], Piece]
    table: NumberTable | None = None
    plain: bool = False


class Section(NamedTuple):
    """A part of the page: its title, lines of text, and figures."""

    title: str
    said: tuple[str, ...]
    figures: tuple[Figure, ...]


def title_of(told: LoaderTold) -> str:
    """What stands above all."""
    return told.name or told.dataset or _("batch")


def facts_of(told: LoaderTold) -> str:
    """The loader in one line."""
    parts = [told.dataset] if told.dataset else []
    if told.count is not None:
        parts.append(_("{count} samples").format(count=told.count))
    if told.batch_size is not None:
        parts.append(_("batches of {size}").format(size=told.batch_size))
    if told.sampler:
        parts.append(told.sampler)
    if told.drop_last:
        parts.append("drop_last")
    return " · ".join(parts)


def sections_of(told: LoaderTold) -> tuple[Section, ...]:
    """The batches, the transforms, and the epoch."""
    found = [_batch(each, alone=not told.dataset) for each in told.batches]
    if told.samples:
        found.append(_transforms(told.samples))
    if told.draws is not None:
        found.append(_draws(told.draws))
    if told.epoch.batches:
        found.append(_epoch(told.epoch, told))
    if told.skipped:
        title = _("Left out: {count}").format(count=len(told.skipped))
        found.append(Section(title, told.skipped[:MOST], ()))
    return tuple(found)


def _batch(batch: BatchTold, *, alone: bool) -> Section:
    figures = [
        Figure(_("What it is made of"), _drawing(batch.tree), table_of(batch.tree), plain=True)
    ]
    for part in batch.parts:
        figures.append(Figure(f"batch{part.path}", _drawing(part.preview), table_of(part.preview)))
    said = _listed(batch.indices)
    line = _("samples {indices}").format(indices=said) if said else ""
    title = _("Batch") if alone else _("Batch {number}").format(number=batch.number)
    return Section(title, (line,) if line else (), tuple(figures))


def _drawing(preview: Preview) -> Callable[[float, Theme], Piece]:
    def draw(width: float, theme: Theme) -> Piece:
        return draw_preview(preview, width=width, theme=theme)

    return draw


def _transforms(samples: Sequence[SampleTold]) -> Section:
    figures = []
    for sample in samples:
        branches = dict.fromkeys(step.branch for step in sample.steps)
        for branch in branches:
            steps = [step for step in sample.steps if step.branch == branch]
            name = f"#{sample.index} {sample.caption}".strip()
            title = name if len(branches) == 1 else f"{name} · {_(BRANCHES[branch])}"
            figures.append(Figure(title, partial(draw_steps, steps)))
    said = _("The same sample before and after each transform. Each picture says its own range.")
    return Section(_("Transforms, one by one"), (said,), tuple(figures))


def _draws(draws: DrawsTold) -> Section:
    def draw(width: float, theme: Theme) -> Piece:
        return stacked(draw_preview(each, width=width, theme=theme) for each in draws.previews)

    said = _(
        "Sample #{index} was fetched {count} times. Its transforms draw random numbers, so that "
        "each epoch shows the model another one."
    ).format(index=draws.index, count=draws.count)
    return Section(_("Random draws"), (said,), (Figure(f"#{draws.index}", draw),))


def _epoch(epoch: EpochTold, told: LoaderTold) -> Section:
    return Section(_("The epoch"), tuple(_epoch_said(epoch, told)), tuple(_epoch_figures(epoch)))


def _epoch_said(epoch: EpochTold, told: LoaderTold) -> Iterator[str]:
    count = len(epoch.batches)
    if epoch.whole:
        yield _("Batches: {count}").format(count=count)
    elif epoch.batches_known is not None:
        yield _("The first {count} of {known} batches; the rest was not read.").format(
            count=count, known=epoch.batches_known
        )
    else:
        yield _("The first {count} batches; the rest was not read.").format(count=count)
    sizes = [each.size for each in epoch.batches]
    if epoch.whole and count > 1 and sizes[-1] != sizes[0]:
        yield _("Size of the last batch: {last}; of the others: {size}").format(
            last=sizes[-1], size=sizes[0]
        )
    if epoch.dropped:
        yield _("Left because of drop_last: {count} ({indices})").format(
            count=len(epoch.dropped), indices=_listed(epoch.dropped)
        )
    if epoch.missed:
        yield _("Samples of the dataset that did not come: {count}").format(count=len(epoch.missed))
    if epoch.one_class:
        yield _("Batches that hold one class alone: {percent:.0%}").format(percent=epoch.one_class)
        if told.sampler == "SequentialSampler":
            yield _("Shuffle the samples, so that each step sees several classes.")


def _epoch_figures(epoch: EpochTold) -> Iterator[Figure]:
    if shown_classes(epoch):
        yield Figure(
            _("The classes of each batch"),
            lambda width, theme: draw_balance(epoch, width=width, theme=theme),
            balance_table(epoch),
        )
    if length_bars(epoch):
        yield Figure(
            _("The lengths of the samples"),
            lambda width, theme: draw_lengths(epoch, width=width, theme=theme),
        )
    if epoch.visits:
        yield Figure(
            _("The samples that came"),
            lambda width, theme: draw_visits(epoch, width=width, theme=theme),
        )


def _listed(indices: Sequence[str]) -> str:
    """Indices with a sign before each; of many the first."""
    texts = [f"#{index}" for index in indices[:MOST]]
    return ", ".join([*texts, "…"] if len(indices) > MOST else texts)
