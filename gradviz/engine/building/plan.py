"""A model or composite ready to be made: its blocks in order, and which tensor goes where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from msgspec import Struct

from gradviz.blocks.catalogue import BLOCKS
from gradviz.blocks.kinds import BlockKind, Blocks
from gradviz.errors import BuildError
from gradviz.i18n import N_
from gradviz.spec.check import block_of, order
from gradviz.spec.letters import letters
from gradviz.spec.model import Block, Composite, Diagram, Model, Wire
from gradviz.spec.sharing import resolved


class Ports(Struct, frozen=True):
    """The names of what goes into a block and of what comes out of it. A ``variadic`` one takes any
    number of tensors, in the order of the names of their inputs: ``a``, ``b`` and so on. If these
    are ``told`` by name, none between them may be left out, but there may be none at all.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    variadic: bool = False
    told: bool = False


class Value(Struct, frozen=True):
    """What comes out of a block, by its place among the block's outputs."""

    block: str
    place: int = 0


class Step(Struct, frozen=True):
    """One block in the order of execution, and what is fed to its inputs, in their order.

    ``block`` is set as the one is that it is the same as, if any. ``problem`` says why it cannot
    run: an input that nothing is connected to, a wire to one that it does not have, a kind that is
    not known.
    """

    block: Block
    sources: tuple[Value, ...]
    problem: BuildError | None = None

    @property
    def module(self) -> str:
        """The block whose module is called."""
        return self.block.same or self.block.name


class Plan(Struct, frozen=True):
    """Blocks in the order of execution. ``diagram`` is what they are of."""

    diagram: Diagram
    steps: tuple[Step, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the Input blocks, in the order of the file."""
        return tuple(block.name for block in self.diagram.blocks if block.kind == "Input")

    @property
    def outputs(self) -> tuple[Value, ...]:
        """What goes to the Output blocks, in the order of the file."""
        fed = {step.block.name: step.sources for step in self.steps}
        ends = [each.name for each in self.diagram.blocks if each.kind == "Output"]
        return tuple(value for name in ends for value in fed[name][:1])


class Planner:
    """Plans of a model and its composites, each made once; ``blocks`` are all that there are."""

    def __init__(self, model: Model, blocks: Blocks = BLOCKS) -> None:
        self.model = model
        self.blocks = blocks
        self.composites = {composite.name: composite for composite in model.composites}
        self._plans: dict[str, Plan] = {}
        for i, name in enumerate(self.composites):
            if name in blocks:
                raise BuildError(
                    N_("a block of the catalogue is called “{name}” too"),
                    where=f"$.model.composites[{i}].name",
                    mend=N_("give the composite another name"),
                    name=name,
                )

    def kind(self, block: Block, *, where: str) -> BlockKind | Composite:
        """What the block is. Raises `BuildError`."""
        composite = self.composites.get(block.kind)
        return self.blocks.kind(block.kind, where=where) if composite is None else composite

    def ports(self, kind: BlockKind | Composite) -> Ports:
        """The inputs and outputs of a block."""
        if isinstance(kind, BlockKind):
            outputs = () if kind.name == "Output" else kind.outputs  # it leaves the model there
            return Ports(kind.inputs, outputs, kind.variadic, bool(kind.code))
        inputs = tuple(block.name for block in kind.blocks if block.kind == "Input")
        outputs = tuple(block.name for block in kind.blocks if block.kind == "Output")
        return Ports(inputs, outputs)

    def plan(self, diagram: Diagram | None = None) -> Plan:
        """The plan of the model or of one of its composites."""
        diagram = diagram or self.model
        name = diagram.name if isinstance(diagram, Composite) else ""
        if name not in self._plans:
            self._plans[name] = self._planned(diagram)
        return self._plans[name]

    def place_of(self, diagram: Diagram) -> str:
        """Where the diagram stands in the file."""
        if isinstance(diagram, Composite):
            return f"$.model.composites[{list(self.composites).index(diagram.name)}]"
        return "$.model"

    def _planned(self, diagram: Diagram) -> Plan:
        where = self.place_of(diagram)
        problems: dict[str, BuildError] = {}
        ports: dict[str, Ports] = {}
        for i, block in enumerate(diagram.blocks):
            try:
                ports[block.name] = self.ports(self.kind(block, where=f"{where}.blocks[{i}]"))
            except BuildError as error:
                problems[block.name] = error
                ports[block.name] = ANY
        feeds: dict[str, dict[str, Value]] = {block.name: {} for block in diagram.blocks}
        for i, wire in enumerate(diagram.wires):
            target = block_of(wire.target)
            try:
                port = _target(wire, ports[target], f"{where}.wires[{i}].to")
                feeds[target][port] = _source(wire, ports, f"{where}.wires[{i}].from")
            except BuildError as error:
                problems.setdefault(target, error)
        blocks = {block.name: resolved(diagram, block) for block in diagram.blocks}
        steps = []
        for name in order(diagram, where=where):
            sources, missing = _fed(name, ports[name], feeds[name])
            steps.append(Step(blocks[name], sources, problems.get(name, missing)))
        return Plan(diagram, tuple(steps))


ANY = Ports((), ("y",), variadic=True)
"""The ports of a block of which nothing is known."""


def _source(wire: Wire, ports: Mapping[str, Ports], where: str) -> Value:
    name, _, port = wire.source.partition(".")
    outputs = ports[name].outputs
    if ports[name] is ANY:
        return Value(name)
    if not outputs or (port and port not in outputs):
        raise BuildError(
            N_("“{name}” has no output “{port}”"),
            where=where,
            mend=N_("its outputs are: {ports}"),
            name=name,
            port=port,
            ports=_listed(name, outputs),
        )
    return Value(name, outputs.index(port) if port else 0)


def _target(wire: Wire, ports: Ports, where: str) -> str:
    name, _, port = wire.target.partition(".")
    if ports.variadic:
        return port or "a"
    port = port or (ports.inputs[0] if len(ports.inputs) == 1 else "")
    if port not in ports.inputs:
        raise BuildError(
            N_("“{name}” has no input “{port}”"),
            where=where,
            mend=N_("its inputs are: {ports}"),
            name=name,
            port=wire.target,
            ports=_listed(name, ports.inputs),
        )
    return port


def _fed(
    name: str, ports: Ports, feeds: Mapping[str, Value]
) -> tuple[tuple[Value, ...], BuildError | None]:
    """What is fed to the inputs of a block, in their order, and what is wrong if one has none."""
    inputs: Iterable[str] = ports.inputs
    if ports.variadic:
        inputs = sorted(feeds, key=lambda port: (len(port), port)) or ("a",)
        if ports.told:
            inputs = [*islice(letters(), len(feeds))]
    missing = next((port for port in inputs if port not in feeds), None)
    if missing is None:
        return tuple(feeds[port] for port in inputs), None
    return (), BuildError(
        N_("nothing is connected to the input “{port}”"),
        block=name,
        mend=N_("draw a wire to it, or remove the block"),
        port=missing,
    )


def check_ends(planner: Planner) -> None:
    """Raise `BuildError` for a model without Input or Output, or a composite without Output."""
    diagrams: list[Diagram] = [*planner.composites.values(), planner.model]
    for diagram in diagrams:
        kinds = {block.kind for block in diagram.blocks}
        inner = isinstance(diagram, Composite)
        for kind in ("Output",) if inner else ("Input", "Output"):
            if kind not in kinds:
                raise BuildError(
                    N_("the composite has no {kind} block")
                    if inner
                    else N_("the model has no {kind} block"),
                    where=f"{planner.place_of(diagram)}.blocks",
                    mend=N_("add one"),
                    kind=kind,
                )


def _listed(name: str, ports: tuple[str, ...]) -> str:
    return ", ".join(f"{name}.{port}" for port in ports) or "-"
