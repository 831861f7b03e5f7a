"""Wires: drawn, and taken away."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gradviz.editing.adding import place_of
from gradviz.editing.diagrams import changed, diagram_of
from gradviz.editing.edited import Edited
from gradviz.editing.known import planner_of
from gradviz.editing.ports import ends_of, known_source, known_target, ports_in, wire_of
from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.spec.check import block_of
from gradviz.spec.model import Diagram, Model, Wire


def connect(model: Model, source: str, target: str, *, within: str = "") -> Edited:
    """Draw a wire from an output (``"conv1"``, ``"lstm.h"``) to an input (``"relu"``, ``"add.b"``).

    It replaces what feeds that input; at a block that takes any number of tensors, a target without
    a port is one more. Raises `UsageError` for ports that are not there, and for a circle.
    """
    diagram = diagram_of(model, within)
    ports = ports_in(diagram, planner_of(model))
    start = known_source(source, ports)
    fed = {ends_of(wire, ports)[1]: wire for wire in diagram.wires}
    end = known_target(target, ports, fed)
    _check_way(diagram, start.block, end.block)
    wire = wire_of((start, end), ports)
    wires = list(diagram.wires)
    if end in fed:
        wires[wires.index(fed[end])] = wire
    else:
        wires.append(wire)
    names = tuple(dict.fromkeys((start.block, end.block)))
    return Edited(changed(model, within, replace(diagram, wires=tuple(wires))), names)


def disconnect(model: Model, wires: Iterable[Wire], *, within: str = "") -> Edited:
    """Take wires away. Raises `UsageError` for one that is not there."""
    diagram = diagram_of(model, within)
    gone = {place_of(diagram, wire, model) for wire in wires}
    left = tuple(wire for place, wire in enumerate(diagram.wires) if place not in gone)
    return Edited(changed(model, within, replace(diagram, wires=left)))


def way(diagram: Diagram, start: str, end: str) -> tuple[str, ...]:
    """The blocks along one of the shortest ways from one to another; none if there is no way."""
    onward: dict[str, list[str]] = {}
    for wire in diagram.wires:
        onward.setdefault(block_of(wire.source), []).append(block_of(wire.target))
    before: dict[str, str] = {start: ""}
    row = [start]
    for name in row:
        if name == end:
            break
        for following in onward.get(name, ()):
            if following not in before:
                before[following] = name
                row.append(following)
    if end not in before:
        return ()
    names = [end]
    while before[names[-1]]:
        names.append(before[names[-1]])
    return tuple(reversed(names))


def _check_way(diagram: Diagram, source: str, target: str) -> None:
    back = way(diagram, target, source)
    if back:
        raise UsageError(
            N_("the wires would go round in a circle: {loop}"),
            mend=N_("a model runs from its inputs to its outputs; connect another block"),
            loop=" → ".join((source, *back)),
        )
