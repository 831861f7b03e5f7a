"""The lines of ``__init__``: what a class makes of its blocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gradviz.blocks.catalogue import INITS
from gradviz.blocks.kinds import BlockKind
from gradviz.code import wrapped
from gradviz.code.formulas import INDEX, names_of_block
from gradviz.code.lines import Line, indented
from gradviz.code.wrapped import is_plain
from gradviz.code.written import text_of, written
from gradviz.engine.building.assembly import TAKEN
from gradviz.engine.building.plan import Planner
from gradviz.engine.catalogues.pythonkind import PythonKind
from gradviz.spec.formula import names_used
from gradviz.spec.model import Block, Composite, Diagram
from gradviz.spec.sharing import ENDS, VALUE, targets_of, ties_of


def making(diagram: Diagram, planner: Planner, needs: dict[str, str]) -> list[Line]:
    """All lines, block by block in the order of the file. ``needs`` collects definitions of ours
    that they use.
    """
    lines = [
        Line(f"self.{attribute} = {name}")
        for name, attribute in sorted(kept(diagram, planner).items())
    ]
    tensors = {
        block.name for block in diagram.blocks if _is_source(planner.kind(block, where=block.name))
    }
    waiting = [block for block in diagram.blocks if block.tied]
    made: set[str] = set()
    for block in diagram.blocks:
        if block.kind not in ENDS and not block.same:
            kind = planner.kind(block, where=block.name)
            lines += (Line(line.text, block.name) for line in _lines(block, kind, planner, needs))
        made.add(block.name)
        for each in [*waiting]:
            if made >= {each.name, *targets_of(each)}:
                waiting.remove(each)
                lines += (Line(line.text, each.name) for line in _tied(each, tensors))
    return lines


def _tied(block: Block, tensors: Collection[str]) -> Iterator[Line]:
    """What gives a block parameters of others, when all of them are made. ``tensors`` are blocks
    that are a parameter themselves.
    """
    row = is_row(block)
    own = "part" if row else f"self.{block.name}"
    lines = []
    for tie in ties_of(block):
        mine = _parameter(own, tie.parameter, tensor=block.name in tensors)
        theirs = _parameter(f"self.{tie.target}", tie.of, tensor=tie.target in tensors)
        lines.append(Line(f"{mine} = {theirs}  # tied"))
    if row:
        yield Line(f"for part in self.{block.name}:")
    yield from indented(lines) if row else lines


def _parameter(owner: str, name: str, *, tensor: bool) -> str:
    return owner if tensor and name == VALUE else f"{owner}{_path(name)}"


def kept(diagram: Diagram, planner: Planner) -> dict[str, str]:
    """The parameters of a composite that ``forward`` asks for, and the attributes that they are.
    One whose name a block or every module has gets another one.
    """
    found: set[str] = set()
    for block in diagram.blocks:
        kind = planner.kind(block, where=block.name)
        operation = isinstance(kind, BlockKind) and kind.sort == "operation"
        if operation and block.kind not in ("Input", "Output"):
            found |= names_used(*block.settings.values())
        if operation or block.shared:
            found |= names_used(block.repeat)
    blocks = {block.name for block in diagram.blocks} | TAKEN
    return {name: f"{name}_" if name in blocks else name for name in found - {INDEX}}


def is_row(block: Block) -> bool:
    """Whether the block is several modules in a row."""
    return block.repeat != 1 and not block.shared


def is_chain(kind: BlockKind | Composite, planner: Planner) -> bool:
    """Whether one tensor goes in and one comes out."""
    if isinstance(kind, PythonKind) and not is_plain(kind):
        return False
    ports = planner.ports(kind)
    return len(ports.inputs) == len(ports.outputs) == 1 and not ports.variadic


def _lines(
    block: Block, kind: BlockKind | Composite, planner: Planner, needs: dict[str, str]
) -> Iterator[Line]:
    if isinstance(kind, BlockKind) and kind.sort == "operation":
        return
    own = f"self.{block.name}"
    made = _made(block, kind, planner, needs)
    if is_row(block):
        number = INDEX if INDEX in names_of_block(block) else "_"
        rounds = f"{made} for {number} in range({text_of(block.repeat)})"
        row = f"nn.Sequential(*({rounds}))" if is_chain(kind, planner) else None
        yield Line(f"{own} = {row or f'nn.ModuleList({rounds})'}")
        changes = _changes(block, "part")
        if changes:
            yield Line(f"for part in {own}:")
            yield from indented(changes)
        return
    if _is_buffer(kind):
        typed = f".to(torch.{block.dtype})" if block.dtype else ""
        yield Line(f'self.register_buffer("{block.name}", {made}{typed})')
        return
    yield Line(f"{own} = {made}")
    yield from _changes(block, own, tensor=isinstance(kind, BlockKind) and kind.learns)


def _is_source(kind: BlockKind | Composite) -> bool:
    return isinstance(kind, BlockKind) and kind.sort == "source"


def _is_buffer(kind: BlockKind | Composite) -> bool:
    """Whether the block is a tensor that nothing trains."""
    return isinstance(kind, BlockKind) and kind.sort == "source" and not kind.learns


def _made(
    block: Block, kind: BlockKind | Composite, planner: Planner, needs: dict[str, str]
) -> str:
    if isinstance(kind, PythonKind):
        return wrapped.made(kind, planner)
    if isinstance(kind, BlockKind):
        found = written(kind, block.settings)
        needs.update(found.needs)
        return found.text
    settings = [f"{name}={text_of(setting)}" for name, setting in block.settings.items()]
    return f"{kind.name}({', '.join(settings)})"


def _changes(block: Block, made: str, *, tensor: bool = False) -> list[Line]:
    """What initialises, freezes, or changes the type of what was made: a module, or a tensor, which
    is another one then.
    """
    lines = []
    for name, choice in block.init.items():
        parameter = _parameter(made, name, tensor=tensor)
        lines.append(Line(written(INITS[choice.kind], choice.settings, {"tensor": parameter}).text))
    if block.dtype:
        typed = f"{made}.to(torch.{block.dtype})"
        lines.append(Line(f"{made} = nn.Parameter({typed})" if tensor else typed))
    if block.frozen:
        lines.append(Line(f"{made}.requires_grad_(False)"))
    return lines


def _path(name: str) -> str:
    """``blocks.0.weight`` ▸ ``.blocks[0].weight``."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in name.split("."))
