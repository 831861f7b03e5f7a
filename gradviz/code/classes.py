"""A class for each composite and for the model: as one writes an ``nn.Module``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradviz.code.lines import Line, indented
from gradviz.code.making import kept, making
from gradviz.code.running import running
from gradviz.code.written import text_of
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
    body = [Line(docstring(note)), Line("")] if note else []
    if made or parameters:
        start = [Line("super().__init__()"), *_worked_out(parameters), *made]
        body += [Line(f"def __init__({_arguments(parameters)}) -> None:"), *indented(start)]
        body.append(Line(""))
    body += running(planner.plan(diagram), planner, needs, keeping=kept(diagram, planner))
    return [Line(f"class {name}(nn.Module):"), *indented(body)]


def docstring(text: str) -> str:
    """The text as a docstring."""
    inside = text.strip().replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{inside}{" " if inside.endswith(chr(34)) else ""}"""'


def _arguments(parameters: Mapping[str, Setting]) -> str:
    return ", ".join(["self", *(_argument(name, each) for name, each in parameters.items())])


def _argument(name: str, default: Setting) -> str:
    if is_formula(default):
        return f"{name}: int | None = None"
    kind = type(default).__name__ if isinstance(default, bool | int | float | str) else "object"
    return f"{name}: {kind} = {text_of(default)}"


def _worked_out(parameters: Mapping[str, Setting]) -> Iterator[Line]:
    """The defaults that are calculated."""
    for name, default in parameters.items():
        if is_formula(default):
            yield Line(f"{name} = {text_of(default)} if {name} is None else {name}")
