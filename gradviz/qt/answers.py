"""What a search in the graph gives at the cursor, by the nodes' places in it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from gradviz.errors import GradvizError
from gradviz.explain.nogradient import why_no_grad
from gradviz.i18n import gettext as _
from gradviz.qt.nodepage import place as place_of
from gradviz.render.pages.marks import told_of_way
from gradviz.render.scene.scene import title_of
from gradviz.render.search.find import find
from gradviz.render.search.follow import follow
from gradviz.trace.cuts import cuts_of
from gradviz.trace.graph import AutogradGraph
from gradviz.trace.modulegraph import ModuleGraph
from gradviz.trace.trace import Trace
from gradviz.workspace import Search

Target = int | str
"""A node's place in the graph, or a leaf that is not in it."""


class Answer(Struct, frozen=True):
    """``targets`` in their order, each with a line that says why; ``told`` is the answer in words.

    ``numbered`` says that they are matches to go through, ``edges`` that what lies between them
    belongs to them. ``wrong`` says that the search made no sense.
    """

    targets: Mapping[Target, str]
    told: str = ""
    numbered: bool = False
    edges: bool = False
    wrong: bool = False


def answer_of(
    search: Search, graph: AutogradGraph | ModuleGraph, trace: Trace, index: int
) -> Answer:
    """What is to be pointed out after event ``index``. In a module graph things are only found."""
    try:
        if isinstance(graph, ModuleGraph):
            return _found(search.text, graph, trace, index) if search.kind == "find" else Answer({})
        return _ANSWERS[search.kind](search.text, graph, trace, index)
    except GradvizError as error:
        return Answer({}, str(error), wrong=True)


def _found(text: str, graph: AutogradGraph | ModuleGraph, trace: Trace, index: int) -> Answer:
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    targets: dict[Target, str] = {}
    for match in find(text, graph, trace, index):
        if match.node is not None:
            targets[places[match.node]] = match.why
        elif match.leaf is not None:
            targets[match.leaf] = match.why
    return Answer(targets, numbered=True)


def _followed(text: str, graph: AutogradGraph, trace: Trace, index: int) -> Answer:
    followed = follow(text, graph)
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    targets: dict[Target, str] = {places[id]: "" for id in followed.way.nodes}
    return Answer(targets, told_of_way(followed), edges=True)


def _why(text: str, graph: AutogradGraph, trace: Trace, index: int) -> Answer:
    """The leaf, or what is left of it in the picture, and where its edges would lead."""
    places = {node.id: place for place, node in enumerate(graph.nodes)}
    leaves = {node.variable: place for place, node in enumerate(graph.nodes) if node.variable}
    place = leaves.get(text)
    if place is None and text.isdecimal() and int(text) < len(graph.nodes):
        place = int(text)
    node = None if place is None else graph.nodes[place]
    name = text if node is None else title_of(graph, node)
    targets: dict[Target, str] = {text if place is None else place: ""}
    for cut in cuts_of(trace, graph).edges:
        if text in cut.leaves:
            for end in (cut.producer, graph.root if cut.consumer is None else cut.consumer):
                if end is not None and end in places:
                    targets[places[end]] = ""
    from gradviz.explain.gradsize import why_this_size  # loads torch, later than the first paint

    why = why_no_grad(trace, text if node is None else node.id, index)
    size = None if why or node is None else why_this_size(trace, node.variable or "", index)
    if size is not None:
        targets |= {places[each]: "" for each in size.nodes if each in places}
        return Answer(targets, f"{name}: {size}")
    if why is None:
        return Answer(targets, _("{name} has a gradient now").format(name=name))
    told = why.text(lambda event: place_of(trace, trace.events[event]))
    return Answer(targets, f"{name}: {told}", edges=True)


_ANSWERS = {"find": _found, "follow": _followed, "why": _why}
