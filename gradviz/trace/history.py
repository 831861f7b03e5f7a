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
        indices, values = self._steps[room].setdefault(name, ([], []))
        indices.append(index)
        values.append(value)

    def note(self, event: AnyEvent) -> None:
        """Write down what an event changed."""
        match event:
            case GradZeroed() | GradAccumulated():
                self.put(event.index, "grads", event.param, event.after)
            case GradEdited():
                if event.target in self._steps["grads"]:
                    self.put(event.index, "grads", event.target, event.after)
            case ParamUpdated():
                self.put(event.index, "params", event.param, event.after)
                self.put(event.index, "optimizer", event.param, event.state_after)
            case BufferChanged():
                self.put(event.index, "buffers", event.buffer, event.after)

    def knows(self, room: Room, name: str) -> bool:
        """Whether the name was ever written down."""
        return name in self._steps[room]

    def names(self, room: Room) -> tuple[str, ...]:
        """All names of a room, in the order in which they were first seen."""
        return tuple(self._steps[room])

    def at(self, index: int, room: Room, name: str) -> Any:
        """What it was after event ``index``; raises KeyError if it was not there yet."""
        indices, values = self._steps[room][name]
        place = bisect_right(indices, index)
        if not place:
            raise KeyError(name)
        return values[place - 1]


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
        for name in self._history.names(self._room):
            try:
                self._history.at(self._index, self._room, name)
            except KeyError:
                continue
            yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)
