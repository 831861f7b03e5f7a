"""Training over epochs as a picture: the loss, and below it the accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import chain, pairwise

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.i18n import gettext as _
from gradviz.render import fonts
from gradviz.render.drawing import Drawing, Item, Point, Text
from gradviz.render.plots.axis import Axis, axis_of, counted, written
from gradviz.render.plots.panel import (
    LINE,
    SIZE,
    Frame,
    axes,
    clipped,
    curve,
    names,
    names_width,
    straight,
)
from gradviz.render.plots.series import Series, averaged
from gradviz.render.theme import Theme
from gradviz.trace.epochs import History

WIDTH = 960.0
_EDGE = 24.0
_LOSS = 270.0
_ACCURACY = 190.0
_TITLE = 20.0
_STEPS = 150
"""Points that the thin line of single iterations may have."""
_MARKED = 40
"""Epochs up to which each has a mark of its own."""


def training_plot(
    history: History, theme: Theme, *, title: str = "", said: Sequence[str] = ()
) -> Drawing:
    """The losses of training (each iteration's faint, each epoch's mean) and of validation, the
    accuracies below, with what guessing comes to, and the epoch of the lowest loss in validation.

    ``title`` and the sentences ``said`` stand above. Raises `UsageError` if nothing was trained.
    """
    if not history.epochs:
        raise UsageError(
            N_("no epoch has begun, so there is nothing to plot"),
            where="history",
            mend=N_("train for at least one iteration"),
        )
    losses = _losses(history, theme)
    shares = _accuracies(history, theme)
    shown = [*losses, *shares]
    ticks = [_percent(1.0), *map(written, _loss_axis(losses).ticks)]
    left = _EDGE + max(fonts.width(tick, size=SIZE) for tick in ticks) + 12
    width = WIDTH - _EDGE - names_width(shown) - left
    items, top = _heading(title, said, theme)
    across = counted(_place(history, len(history.epochs) - 1))
    top += 48
    loss = Frame(left, top, width, _LOSS if shares else 1.3 * _LOSS, across, _loss_axis(losses))
    frames = [loss]
    if shares:
        tall = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0))
        frames.append(Frame(left, loss.bottom + 56, width, _ACCURACY, across, tall))
    items += _events(history, frames, theme)
    items += axes(loss, theme, title=_loss_title(history, loss.up), tick=written, below=not shares)
    items += _curves(loss, losses, theme)
    if shares:
        items += axes(frames[1], theme, title=_("accuracy"), tick=_percent, below=True)
        items += _curves(frames[1], shares, theme)
    bottom = frames[-1].bottom + 48
    items.append(
        Text(x=left + width / 2, y=bottom, text=_across(history), size=SIZE, colour=theme.text,
             anchor="middle")
    )  # fmt: skip
    spoken = " ".join(part for part in (title and f"{title}:", *said) if part)
    return Drawing(WIDTH, bottom + _EDGE, theme.background, tuple(items), title=spoken)


def _losses(history: History, theme: Theme) -> list[Series]:
    epochs = history.epochs
    train = [each.train_loss for each in epochs]
    validation = [each.validation_loss for each in epochs]
    steps = Series(points=_steps(history), colour=theme.accent, faint=True)
    return [steps, *_pair(history, theme, train, validation, written)]


def _steps(history: History) -> tuple[Point, ...]:
    """The losses on the way, each in the middle of the iterations that it is of."""
    together = _together(history)
    points = []
    ends = (0, *(each.iterations for each in history.epochs))
    for number, (begins, end) in enumerate(pairwise(ends)):
        start = _place(history, number - 1) if number else 0.0
        each = (_place(history, number) - start) / max(1, end - begins)
        losses = history.losses[begins:end]
        for i, loss in enumerate(averaged(losses, together)):
            middle = min((i + 0.5) * together, (i * together + len(losses)) / 2)
            points.append((start + middle * each, loss))
    return tuple(points)


def _together(history: History) -> int:
    """How many iterations make a point of the thin line, which would be mere noise else."""
    return max(1, math.ceil(len(history.losses) / _STEPS))


def _accuracies(history: History, theme: Theme) -> list[Series]:
    train = [each.train_accuracy for each in history.epochs]
    validation = [each.validation_accuracy for each in history.epochs]
    curves = _pair(history, theme, train, validation, _percent)
    if curves and history.guessing is not None:
        end = _place(history, len(history.epochs) - 1)
        guess = Series(
            points=((0.0, history.guessing), (end, history.guessing)),
            colour=theme.muted,
            name=_("guessing"),
            value=_percent(history.guessing),
            dashed=True,
            faint=True,
        )
        curves.insert(0, guess)
    return curves


def _pair(
    history: History,
    theme: Theme,
    train: Sequence[float | None],
    validation: Sequence[float | None],
    tick: Callable[[float], str],
) -> list[Series]:
    found = []
    both = ((_("training"), theme.accent, train), (_("validation"), theme.updated, validation))
    for where, (name, colour, values) in zip((_middle, _place), both, strict=True):
        known = [(i, value) for i, value in enumerate(values) if value is not None]
        if not known:
            continue
        points = tuple((where(history, i), value) for i, value in known)
        hints = tuple(
            _("epoch {epoch}: {name} {value}").format(epoch=i + 1, name=name, value=tick(value))
            for i, value in known
        )
        found.append(
            Series(
                points=points,
                colour=colour,
                name=name,
                value=tick(known[-1][1]),
                dashed=where is _place,
                marked=len(values) <= _MARKED,
                hints=hints,
            )
        )
    return found


def _place(history: History, number: int) -> float:
    """Where an epoch ends across; one that was broken off ends where it was."""
    epochs = history.epochs
    each = epochs[number]
    if each.whole or not number:
        return number + 1.0
    begins = epochs[number - 1].iterations
    return number + min(1.0, (each.iterations - begins) / max(1, epochs[0].iterations))


def _middle(history: History, number: int) -> float:
    """Where the middle of an epoch is across: what was learned in it is known by its mean."""
    begins = _place(history, number - 1) if number else 0.0
    return (begins + _place(history, number)) / 2


def _loss_axis(losses: Sequence[Series]) -> Axis:
    return axis_of(y for series in losses for _x, y in series.points)


def _loss_title(history: History, axis: Axis) -> str:
    together = _together(history)
    line = _("thin line: each iteration")
    if together > 1:
        line = _("thin line: means of {count} iterations").format(count=together)
    loss = _("loss (log scale)") if axis.log else _("loss")
    return f"{loss}, {line}"


def _curves(frame: Frame, series: Sequence[Series], theme: Theme) -> list[Item]:
    drawn: list[Item] = []
    for each in series:
        if each.faint:
            drawn.append(clipped(frame, curve(frame, each, theme)))
        else:
            drawn += curve(frame, each, theme)
    return [*drawn, *names(frame, series, theme)]


def _events(history: History, frames: Sequence[Frame], theme: Theme) -> list[Item]:
    """Lines down through all frames: the best epoch, and where the loss became NaN."""
    found: list[tuple[str, float, str]] = []
    if history.diverged is not None:
        text = _("NaN in iteration {iteration}").format(iteration=history.diverged)
        found.append((text, _of_iteration(history, history.diverged), theme.error))
    if history.best is not None and len(history.epochs) > 1:
        text = _("lowest validation loss: epoch {epoch}").format(epoch=history.best.epoch)
        found.append((text, _place(history, history.best.epoch - 1), theme.muted))
    items: list[Item] = []
    top, bottom = frames[0].top, frames[-1].bottom
    free = frames[0].right
    begins = (
        frames[0].left + fonts.width(_loss_title(history, frames[0].up), size=SIZE, bold=True) + 24
    )
    for text, place, colour in sorted(found, key=lambda each: -each[1]):
        x = frames[0].x(place)
        items.append(straight((x, top), (x, bottom), colour, 1.2, dashed=colour == theme.muted))
        wide = fonts.width(text, size=SIZE)
        left = min(max(x - wide / 2, begins), free - wide)
        if left >= begins:
            items.append(Text(x=left, y=top - 12, text=text, size=SIZE, colour=colour))
            free = left - 24
    return items


def _of_iteration(history: History, iteration: int) -> float:
    number = next(i for i, each in enumerate(history.epochs) if iteration < each.iterations)
    begins = history.epochs[number - 1].iterations if number else 0
    start = _place(history, number - 1) if number else 0.0
    share = (iteration + 1 - begins) / (history.epochs[number].iterations - begins)
    return start + share * (_place(history, number) - start)


def _heading(title: str, said: Sequence[str], theme: Theme) -> tuple[list[Item], float]:
    items: list[Item] = []
    y = _EDGE
    if title:
        y += _TITLE
        shown = fonts.elided(title, WIDTH - 2 * _EDGE, size=_TITLE, bold=True)
        items.append(Text(x=_EDGE, y=y, text=shown, size=_TITLE, colour=theme.text, bold=True))
        y += 8
    for line in chain.from_iterable(_lines(text, WIDTH - 2 * _EDGE) for text in said):
        y += LINE
        items.append(Text(x=_EDGE, y=y, text=line, size=SIZE + 1, colour=theme.muted))
    return items, y


def _lines(text: str, room: float) -> list[str]:
    """The text in lines that fit."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fonts.width(longer, size=SIZE + 1) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _across(history: History) -> str:
    count = history.epochs[0].iterations
    return _("epoch (iterations in each: {count})").format(count=count)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
