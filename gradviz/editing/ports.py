"""Where wires begin and end, with their ports named in full."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeAlias

from gradviz.engine.building.plan import ANY, Planner, Ports
from gradviz.errors import BuildError, UsageError
from gradviz.i18n import N_
from gradviz.spec.letters import letters
from gradviz.spec.model import Diagram, Wire


class End(NamedTuple):
    """A block and one of its ports."""

    block: str
    port: str


Wired: TypeAlias = tuple[End, End]
"""A wire's source and its target."""


def ports_in(diagram: Diagram, planner: Planner) -> dict[str, Ports]:
    """The ports of each block; those of a kind that is not known could be any."""
    found: dict[str, Ports] = {}
    for block in diagram.blocks:
        try:
            found[block.name] = planner.ports(planner.kind(block, where=block.name))
        except BuildError:
            found[block.name] = ANY
    return found


def source_of(text: str, ports: Mapping[str, Ports]) -> End:
    """The output that is meant: the first one if none is named."""
    block, _, port = text.partition(".")
    return End(block, port or next(iter(ports[block].outputs), ""))


def target_of(text: str, ports: Mapping[str, Ports]) -> End:
    """The input that is meant: the only one if none is named, of any number the first."""
    block, _, port = text.partition(".")
    if port:
        return End(block, port)
    if ports[block].variadic:
        return End(block, "a")
    return End(block, ports[block].inputs[0] if len(ports[block].inputs) == 1 else "")


def ends_of(wire: Wire, ports: Mapping[str, Ports]) -> Wired:
    """Both ends of a wire."""
    return source_of(wire.source, ports), target_of(wire.target, ports)


def wire_of(wired: Wired, ports: Mapping[str, Ports]) -> Wire:
    """The wire as one writes it: a port is named only where there are several."""
    source, target = wired
    outputs, inputs = ports[source.block].outputs, ports[target.block].inputs
    first = not source.port or source.port == next(iter(outputs), "")
    only = not target.port or (inputs == (target.port,) and not ports[target.block].variadic)
    return Wire(
        source.block if first else ".".join(source),
        target.block if only else ".".join(target),
    )


def known_source(text: str, ports: Mapping[str, Ports]) -> End:
    """The output that is meant. Raises `UsageError` if there is none."""
    _require_block(text, ports)
    end = source_of(text, ports)
    outputs = ports[end.block].outputs
    if end.port not in outputs:
        raise UsageError(
            N_("“{name}” has no output “{port}”"),
            mend=N_("its outputs are: {ports}"),
            name=end.block,
            port=end.port,
            ports=_listed(end.block, outputs),
        )
    return end


def known_target(text: str, ports: Mapping[str, Ports], taken: Collection[End]) -> End:
    """The input that is meant; without a name, of any number the next one that is free. Raises
    `UsageError` if there is none.
    """
    _require_block(text, ports)
    block, _, port = text.partition(".")
    if ports[block].variadic:
        if port and not port.isidentifier():
            raise UsageError(
                N_("“{port}” cannot name an input"),
                mend=N_("call the inputs a, b, c and so on"),
                port=port,
            )
        return End(block, port) if port else next_free(block, taken)
    end = target_of(text, ports)
    inputs = ports[block].inputs
    if end.port not in inputs:
        raise UsageError(
            N_("“{name}” has no input “{port}”"),
            mend=N_("its inputs are: {ports}"),
            name=block,
            port=end.port,
            ports=_listed(block, inputs),
        )
    return end


def next_free(block: str, taken: Collection[End]) -> End:
    """The first of the inputs a, b, c … that nothing is connected to."""
    return next(end for letter in letters() if (end := End(block, letter)) not in taken)


def _require_block(text: str, ports: Mapping[str, Ports]) -> None:
    name = text.partition(".")[0]
    if name not in ports:
        raise UsageError(
            N_("there is no block “{name}”"),
            mend=N_("take one of: {known}"),
            name=name,
            known=", ".join(ports) or "-",
        )


def _listed(name: str, ports: tuple[str, ...]) -> str:
    return ", ".join(f"{name}.{port}" for port in ports) or "-"
