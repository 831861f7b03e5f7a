"""A class for each composite and for the model: as one writes an ``nn.Module``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from gradviz.code.lines import Line, indented
from gradviz.code.listing import WIDTH
from gradviz.code.making import kept, making
from gradviz.code.running import running
from gradviz.code.written import text_of, type_of
from gradviz.engine.building.plan import Planner
from gradviz.spec.formula import is_formula
from gradviz.spec.model import Composite, Diagram, Setting


def class_of(
    diagram: Diagram, name: str, planner: Planner, needs: dict[str, str], *, note: str = ""
) -> list[Line]:
    """The class of a model or composite. ``needs`` collects definitions of ours that it uses."""
    composite = diagram if isinstance(diagram, Composite) else None
    parameters = composite.parameters if composite else {}
    note = composite.note if composite else note
    made = making(diagram, planner, needs)
    body = [*map(Line, docstring(note, depth=1).split("\n")), Line("")] if note else []
    if made or parameters:
        start = [Line("super().__init__()"), *_worked_out(parameters), *made]
        body += [Line(f"def __init__({_arguments(parameters)}) -> None:"), *indented(start)]
        body.append(Line(""))
    body += running(planner.plan(diagram), planner, needs, keeping=kept(diagram, planner))
    return [Line(f"class {name}(nn.Module):"), *indented(body)]


def docstring(text: str, *, depth: int = 0) -> str:
    """The text as a docstring, which may be several lines; ``depth`` is how far it is indented."""
    plain = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    inside = plain.strip().replace("\\", "\\\\").replace('"""', "'''")
    room = WIDTH - 4 * depth - 2 * len('"""')
    lines = [part for line in inside.splitlines() for part in _wrapped(line, room)]
    if len(lines) < 2:
        return f'"""{inside}{" " if inside.endswith(chr(34)) else ""}"""'
    return "\n".join(('"""' + lines[0], *lines[1:], '"""'))


def _wrapped(line: str, room: int) -> list[str]:
    return textwrap.wrap(line, room, break_long_words=False, break_on_hyphens=False) or [""]


def _arguments(parameters: Mapping[str, Setting]) -> str:
    return ", ".join(["self", *(_argument(name, each) for name, each in parameters.items())])


def _argument(name: str, default: Setting) -> str:
    if is_formula(default):
        return f"{name}: int | None = None"
    kind = "object" if default is None or isinstance(default, dict) else type_of(default)
    return f"{name}: {kind} = {text_of(default)}"


def _worked_out(parameters: Mapping[str, Setting]) -> Iterator[Line]:
    """The defaults that are calculated."""
    for name, default in parameters.items():
        if is_formula(default):
            yield Line(f"{name} = {text_of(default)} if {name} is None else {name}")
