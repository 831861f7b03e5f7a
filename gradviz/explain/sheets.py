"""A trace, a state or an event as tables of plain text, bounded in size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gradviz.errors import TraceError
from gradviz.explain.rows import number, row, shape_text
from gradviz.i18n import gettext as _
from gradviz.trace.events import Contribution, Event, ValueRef
from gradviz.trace.summary import is_plain, norm, summarize
from gradviz.trace.trace import State, Trace

if TYPE_CHECKING:
    from torch import Tensor

    from gradviz.trace.events import AnyEvent

FIRST, LAST = 40, 20
"""Of more events than both, these are shown."""
MOST_NAMES = 50
"""Parameters or buffers that are shown of a state."""
MOST_VALUES = 16
"""Values that are shown of one field of an event."""
SMALL = 16
"""Tensors of up to this many elements are shown with all of them."""
LONGEST = 300
"""Characters of a text."""

_PLACE = {"index", "iteration", "phase", "module", "source"}


class Table(Struct, frozen=True):
    """Rows of text; ``numbers`` are the columns of numbers. ``note`` stands below."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    note: str = ""


class Sheet(Struct, frozen=True):
    """A title, a line that says more, and tables."""

    title: str
    line: str
    tables: tuple[Table, ...]


def sheet_of_trace(trace: Trace) -> Sheet:
    """Its first and its last events, as `gradviz.explain.rows` has them."""
    events = trace.events
    left_out = max(0, len(events) - FIRST - LAST)
    shown = [*events[:FIRST], *events[len(events) - LAST :]] if left_out else [*events]
    rows = [_event_row(trace, event) for event in shown]
    note = ""
    if left_out:
        rows.insert(FIRST, ("⋮",) + ("",) * 7)
        note = _("{count} events are left out: trace.events[{first}:{end}]").format(
            count=left_out, first=FIRST, end=len(events) - LAST
        )
    columns = (
        "#", _("phase"), _("what"), _("module"), _("shape"), _("value"), _("‖grad‖"), _("‖update‖"),
    )  # fmt: skip
    return Sheet(
        "Trace",
        _("events: {events} · graphs: {graphs}").format(
            events=len(events), graphs=len(trace.graphs)
        ),
        (Table(columns, tuple(rows), (5, 6, 7), note),),
    )


def sheet_of_state(state: State) -> Sheet:
    """Parameters with their gradients and optimizer state, and buffers."""
    params = [
        (
            _text(name),
            *_shape_and_norm(partial(state.params.__getitem__, name)),
            _norm_of(partial(state.grads.get, name)),
            _text(", ".join(_state_texts(state, name))),
        )
        for name in _some(state.params)
    ]
    buffers = [
        (_text(name), *_shape_and_norm(partial(state.buffers.__getitem__, name)))
        for name in _some(state.buffers)
    ]
    tables = []
    if params:
        heads = (_("parameter"), _("shape"), _("‖value‖"), _("‖grad‖"), _("optimizer"))
        tables.append(Table(heads, tuple(params), (2, 3), _left_out(state.params)))
    if buffers:
        heads_of_buffers = (_("buffer"), _("shape"), _("‖value‖"))
        tables.append(Table(heads_of_buffers, tuple(buffers), (2,), _left_out(state.buffers)))
    return Sheet("State", _("after event {index}").format(index=state.index), tuple(tables))


def sheet_of_event(event: Event, trace: Trace | None) -> Sheet:
    """Its fields, a line each; values with their numbers as long as the trace is there."""
    rows = [
        (name if first else "", *told)
        for name in event.__struct_fields__
        if name not in _PLACE
        for first, told in _firsts(_field(getattr(event, name), trace))
    ]
    place = [_("event {index}").format(index=event.index), event.phase, event.module]
    if event.source is not None:
        place.append(f"{PurePath(event.source.file).name}:{event.source.line}")
    line = " · ".join(_text(part) for part in place if part)
    return Sheet(type(event).__name__, line, (Table(("", "", ""), tuple(rows)),))


def _event_row(trace: Trace, event: AnyEvent) -> tuple[str, ...]:
    try:
        told = row(trace, event)
    except (TraceError, RuntimeError):  # torch cannot say this of a tensor of that kind
        return (str(event.index), event.phase, type(event).__name__, "", "", "?", "", "")
    texts = (told.what, told.module, told.shape)
    return (
        str(event.index),
        event.phase,
        *map(_text, texts),
        told.value,
        told.grad,
        told.update,
    )


def _field(value: object, trace: Trace | None) -> Iterator[tuple[str, str]]:
    """What a field holds and, of a value, its numbers."""
    match value:
        case ValueRef():
            yield f"{value.dtype} {shape_text(value.shape)}", _numbers(value, trace)
        case Contribution():
            for what, numbers in _field(value.grad, trace):
                told = _("{value} from node {node}").format(value=what, node=value.node)
                yield told, numbers
        case dict():
            for key, item in _limited(value.items()):
                for what, numbers in _field(item, trace):
                    yield f"{_text(key)}: {what}", numbers
            yield from _more(value)
        case tuple() | list():
            for item in _limited(value):
                yield from _field(item, trace)
            yield from _more(value)
        case float():
            yield number(value), ""
        case _:
            yield _text(value), ""


def _limited(items: Any) -> Iterator[Any]:
    return (item for item, _place in zip(items, range(MOST_VALUES), strict=False))


def _more(items: Any) -> Iterator[tuple[str, str]]:
    if len(items) > MOST_VALUES:
        yield _("… and {count} more").format(count=len(items) - MOST_VALUES), ""


def _firsts(told: Iterator[tuple[str, str]]) -> Iterator[tuple[bool, tuple[str, str]]]:
    return ((place == 0, lines) for place, lines in enumerate(told))


def _numbers(ref: ValueRef, trace: Trace | None) -> str:
    if trace is None:
        return ""
    try:
        tensor = trace.peek(ref)
        summary = summarize(tensor)
    except TraceError as error:
        return _text(error)
    if 0 < tensor.numel() <= SMALL and is_plain(tensor):
        return _text(tensor.tolist())
    told = [
        f"{name} {number(getattr(summary, field))}"
        for name, field in (("‖·‖", "norm"), (_("mean"), "mean"), ("min", "min"), ("max", "max"))
    ]
    if summary.bad:
        told.append(_("{count} NaN or infinite").format(count=summary.bad))
    return " · ".join(told)


def _shape_and_norm(value: Callable[[], Tensor]) -> tuple[str, str]:
    try:
        tensor = value()
        return shape_text(tuple(tensor.shape)), number(norm(tensor))
    except TraceError:
        return "", "?"


def _norm_of(value: Callable[[], Tensor | None]) -> str:
    try:
        tensor = value()
        return "None" if tensor is None else number(norm(tensor))
    except TraceError:
        return "?"


def _state_texts(state: State, name: str) -> Iterator[str]:
    try:
        values = state.optimizer.get(name, {})
    except TraceError:
        yield "?"
        return
    for key, value in _limited(values.items()):
        if value is None or isinstance(value, int | float):
            yield f"{key} {number(value) or None}"
        elif value.numel() == 1:
            yield f"{key} {number(float(value))}"
        else:
            yield f"‖{key}‖ {number(norm(value))}"


def _some(names: Mapping[str, object]) -> list[str]:
    return list(names)[:MOST_NAMES]


def _left_out(names: Mapping[str, object]) -> str:
    count = len(names) - MOST_NAMES
    return _("{count} more are left out").format(count=count) if count > 0 else ""


def _text(value: object) -> str:
    """On one line, and not without end."""
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
