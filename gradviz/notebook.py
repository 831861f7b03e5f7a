"""What a notebook shows of a trace, a state, an event and a graph.

Names and messages may come from a stranger's file: the template escapes every text, and a picture
is embedded as an image, in which a browser runs nothing.
"""

from __future__ import annotations

import base64
from functools import cache

import jinja2
import msgspec

from gradviz.errors import GradvizError
from gradviz.explain.sheets import Sheet, sheet_of_event, sheet_of_state, sheet_of_trace
from gradviz.i18n import gettext as _
from gradviz.i18n import language
from gradviz.render.drawing import Drawing, Text
from gradviz.render.render import picture
from gradviz.render.theme import LIGHT
from gradviz.render.write.svg import svg as svg_of
from gradviz.resources import assets
from gradviz.trace.aside import aside
from gradviz.trace.events import PHASES, Event
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.trace import State, Trace, trace_of

MOST_NODES = 200
"""Of a larger graph the nodes nearest to its root are drawn."""
MOST_EDGES = 400
"""Of more edges one between each two nodes is drawn."""
_NOTE_SIZE = 15
_NOTE_ROOM = 36


def html(thing: object) -> str | None:
    """A trace, a state or an event as HTML; None for anything else."""
    with aside():  # a cell may show a trace that is still being recorded
        match thing:
            case Trace():
                graph = thing.graphs[-1] if thing.graphs else None
                return _page(sheet_of_trace(thing), "" if graph is None else _image(graph))
            case State():
                return _page(sheet_of_state(thing))
            case Event():
                return _page(sheet_of_event(thing, trace_of(thing)))
    return None


def svg(thing: object) -> str | None:
    """A graph as SVG; None for anything else, and where no picture can be made."""
    if not isinstance(thing, AutogradGraph):
        return None
    try:
        return svg_of(_drawing(thing)).partition("?>")[2].strip()
    except GradvizError:
        return None


def nearest(graph: AutogradGraph, *, nodes: int, edges: int) -> AutogradGraph:
    """The part of a graph that is fewest steps from its root."""
    if len(graph.nodes) <= nodes and len(graph.edges) <= edges:
        return graph
    producers: dict[int, list[int]] = {}
    for edge in graph.edges:
        producers.setdefault(edge.consumer, []).append(edge.producer)
    start = graph.nodes[-1].id if graph.root is None else graph.root
    found, waiting = {start}, [start]
    while waiting and len(found) < nodes:
        following = (id for node in waiting for id in producers.get(node, ()))
        waiting = [id for id in dict.fromkeys(following) if id not in found]
        found.update(waiting[: nodes - len(found)])
    between = [edge for edge in graph.edges if edge.producer in found and edge.consumer in found]
    if len(between) > edges:
        one_each = {(edge.producer, edge.consumer): edge for edge in reversed(between)}
        between = [*one_each.values()][::-1][:edges]
    inside = tuple(node for node in graph.nodes if node.id in found)
    return msgspec.structs.replace(graph, nodes=inside, edges=tuple(between), root=start)


def _drawing(graph: AutogradGraph) -> Drawing:
    part = nearest(graph, nodes=MOST_NODES, edges=MOST_EDGES)
    drawn = picture(part)
    if part is graph:
        return drawn
    note = _("{shown} of {nodes} nodes and {drawn} of {edges} edges, nearest to the end").format(
        shown=len(part.nodes),
        nodes=len(graph.nodes),
        drawn=len(part.edges),
        edges=len(graph.edges),
    )
    line = Text(x=28, y=drawn.height + 8, text=note, size=_NOTE_SIZE, colour=LIGHT.muted)
    return msgspec.structs.replace(
        drawn, height=drawn.height + _NOTE_ROOM, items=(*drawn.items, line)
    )


def _image(graph: AutogradGraph) -> str:
    shown = svg(graph)
    if shown is None:
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(shown.encode()).decode()}"


def _page(sheet: Sheet, image: str = "") -> str:
    return _template().render(
        _=_,
        lang=language(),
        sheet=sheet,
        image=image,
        colours={phase: LIGHT.phases[phase] for phase in PHASES},
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets() / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("notebook.html")
