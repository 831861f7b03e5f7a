"""What each parameter, gradient, buffer and optimizer state was after every event."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from gradviz.trace.events import (
    AnyEvent,
    BufferChanged,
    GradAccumulated,
    GradEdited,
    GradZeroed,
    ParamUpdated,
)

Room: TypeAlias = Literal["params", "grads", "buffers", "optimizer"]
Value = TypeVar("Value")


_Change: TypeAlias = tuple[Room, str, object]


def _zeroed(event: GradZeroed) -> tuple[_Change, ...]:
    return (("grads", event.param, event.after),)


def _accumulated(event: GradAccumulated) -> tuple[_Change, ...]:
    return (("grads", event.param, event.after),)


def _edited(event: GradEdited) -> tuple[_Change, ...]:
    if event.hook not in ("", "post_accumulate"):
        return ()  # it was on its way, and is not in .grad yet
    return (("grads", event.target, event.after),)


def _updated(event: ParamUpdated) -> tuple[_Change, ...]:
    moved: _Change = ("params", event.param, event.after)
    if event.state_after is None:
        return (moved,)
    return (moved, ("optimizer", event.param, event.state_after))


def _buffer(event: BufferChanged) -> tuple[_Change, ...]:
    return (("buffers", event.buffer, event.after),)


_CHANGES: dict[type, Callable[[Any], tuple[_Change, ...]]] = {
    GradZeroed: _zeroed,
    GradAccumulated: _accumulated,
    GradEdited: _edited,
    ParamUpdated: _updated,
    BufferChanged: _buffer,
}
"""What the events that change something change: room, name, and what it became."""


class History:
    """For each (room, name) the indices at which it changed, and what it became."""

    def __init__(self) -> None:
        self._steps: dict[Room, dict[str, tuple[list[int], list[Any]]]] = {
            "params": {},
            "grads": {},
            "buffers": {},
            "optimizer": {},
        }

    def put(self, index: int, room: Room, name: str, value: object) -> None:
        """From event ``index`` on, ``name`` is ``value``; indices never fall."""
        steps = self._steps[room].get(name)
        if steps is None:
            self._steps[room][name] = ([index], [value])
        else:
            steps[0].append(index)
            steps[1].append(value)

    def until(self, index: int) -> History:
        """A copy of what was written down before event ``index``."""
        other = History()
        for room, names in self._steps.items():
            for name, (indices, values) in names.items():
                count = bisect_right(indices, index - 1)
                if count:
                    other._steps[room][name] = (indices[:count], values[:count])
        return other

    def note(self, event: AnyEvent) -> None:
        """Write down what an event changed."""
        changes = _CHANGES.get(type(event))
        if changes is not None:
            for room, name, value in changes(event):
                self.put(event.index, room, name, value)

    def steps(self, room: Room, name: str) -> list[Any] | None:
        """All that a name became, oldest first; None if it was never written down."""
        steps = self._steps[room].get(name)
        return None if steps is None else steps[1]

    def names(self, room: Room) -> tuple[str, ...]:
        """All names of a room, in the order in which they were first seen."""
        return tuple(self._steps[room])

    def firsts(self) -> Iterator[tuple[int, Room, str, Any]]:
        """The first thing written down of each name, with its index, in rising order of it."""
        found: list[tuple[int, Room, str, Any]] = [
            (indices[0], room, name, values[0])
            for room, names in self._steps.items()
            for name, (indices, values) in names.items()
        ]
        return iter(sorted(found, key=lambda first: first[0]))

    def at(self, index: int, room: Room, name: str) -> Any:
        """What it was after event ``index``; raises KeyError if it was not there yet."""
        indices, values = self._steps[room][name]
        place = bisect_right(indices, index)
        if not place:
            raise KeyError(name)
        return values[place - 1]

    def names_at(self, index: int, room: Room) -> Iterator[str]:
        """The names of a room that were there after event ``index``."""
        for name, (indices, _) in self._steps[room].items():
            if indices[0] <= index:
                yield name

    def all_at(self, index: int) -> Iterator[tuple[tuple[Room, str], Any]]:
        """Everything that was there after event ``index``."""
        for room, names in self._steps.items():
            for name, (indices, values) in names.items():
                place = bisect_right(indices, index)
                if place:
                    yield (room, name), values[place - 1]


class Moment(Mapping[str, Value], Generic[Value]):
    """One room at one index, as a read-only mapping that looks values up when asked."""

    def __init__(
        self, history: History, room: Room, *, index: int, show: Callable[[Any], Value]
    ) -> None:
        self._history = history
        self._room = room
        self._index = index
        self._show = show

    def __getitem__(self, name: str) -> Value:
        return self._show(self._history.at(self._index, self._room, name))

    def __iter__(self) -> Iterator[str]:
        return self._history.names_at(self._index, self._room)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        names = list(self)
        more = ", …" if len(names) > 8 else ""
        return f"<{self._room} after event {self._index}: {', '.join(names[:8])}{more}>"
