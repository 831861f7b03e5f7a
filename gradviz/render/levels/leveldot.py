"""An outline as DOT text: pure, the same outline gives the same text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradviz.render.graphviz.dot import ATTRIBUTES, PIXELS_PER_INCH, PIXELS_PER_POINT, STRAIGHT
from gradviz.render.levels.levels import IN, OUT
from gradviz.render.levels.outline import Face, Outline, Size
from gradviz.render.scene.ranks import depths, longest
from gradviz.render.scene.spine import spine

GRAPH = " ".join(f"{name}={value}" for name, value in ATTRIBUTES.items() if name != "newrank")
"""There are no clusters; and new ranks would not keep the ports at the borders."""
COLUMN = 2
"""Points that a port is wide."""
TABLE = 'border="0" cellborder="0" cellspacing="0" cellpadding="0" fixedsize="true"'


def turned_joins(outline: Outline) -> frozenset[int]:
    """The places of the joins that the text names from consumer to producer, so that Graphviz puts
    the producer at the right.
    """
    right = {f"n{number}" for *_, numbers in outline.rows for number in numbers}
    return frozenset(place for place, join in enumerate(outline.joins) if join[0] in right)


def text_of(outline: Outline) -> str:
    """The DOT text: nodes and ports by their names, joins with ids ``e0`` …"""
    rows = {row[1]: row for row in outline.rows}
    at_side = {number for left, _, right in outline.rows for number in (*left, *right)}
    lines = ["digraph {", f"graph [{GRAPH}]", 'node [shape=box fixedsize=true label=""]']
    lines.append("edge [dir=none]")
    ins, outs = (
        [_dot(f"{letter}{number}") for number in range(outline.ports[side])]
        for side, letter in ((IN, "i"), (OUT, "o"))
    )
    if ins:
        lines += ["{rank=source", *ins, "}"]
    for number, thing in enumerate(outline.things):
        if isinstance(thing, Face):
            lines.append(_child(f"n{number}", thing))
        elif number in rows:
            left, _, right = rows[number]
            row = [_card(outline, other) for other in (*left, number, *right)]
            lines += ["{rank=same", *row, "}"]
        elif number not in at_side:
            lines.append(_card(outline, number))
    if outs:
        lines += ["{rank=sink", *outs, "}"]
    turned, straight = turned_joins(outline), _spine(outline)
    for place, (source, target, leaving, entering) in enumerate(outline.joins):
        tail, head = source, target
        if leaving >= 0:
            tail += f":c{_column(_port(outline, source, OUT, leaving))}:s"
        if entering >= 0:
            head += f":c{_column(_port(outline, target, IN, entering))}:n"
        if place in turned:
            tail, head = head, tail
        weight = STRAIGHT if place in straight else "1"
        lines.append(f"{tail} -> {head} [id=e{place} weight={weight}]")
    lines.append("}\n")
    return "\n".join(lines)


def _card(outline: Outline, number: int) -> str:
    thing = outline.things[number]
    width, height = (thing.width, thing.height) if isinstance(thing, Face) else thing[:2]
    return f"n{number} [width={width / PIXELS_PER_INCH:.4f} height={height / PIXELS_PER_INCH:.4f}]"


def _port(outline: Outline, name: str, side: int, port: int) -> float:
    thing = outline.things[int(name[1:])]
    assert isinstance(thing, Face)
    return thing.ports[side][port]


def _dot(name: str) -> str:
    return f"{name} [shape=point width=0.01 height=0.01]"


def _child(name: str, box: Face) -> str:
    """A box of a fixed size, with a column for each place where edges pass its border."""
    width, height = box.width / PIXELS_PER_INCH, box.height / PIXELS_PER_INCH
    size = f"width={width:.4f} height={height:.4f}"
    columns = sorted({_column(x) for ports in box.ports for x in ports})
    if not columns:
        return f"{name} [{size}]"
    whole, tall = round(box.width / PIXELS_PER_POINT), round(box.height / PIXELS_PER_POINT)
    cell = f'<td fixedsize="true" height="{tall}"'
    cells, end = [], 0
    for column in columns:
        if column > end:
            cells.append(f'{cell} width="{column - end}"></td>')
        cells.append(f'{cell} width="{COLUMN}" port="c{column}"></td>')
        end = column + COLUMN
    if end < whole:
        cells.append(f'{cell} width="{whole - end}"></td>')
    table = f'<table {TABLE} width="{whole}" height="{tall}"><tr>{"".join(cells)}</tr></table>'
    return f"{name} [shape=none margin=0 {size} label=<{table}>]"


def _column(x: float) -> int:
    """Where a port's column begins, in points; ports that are close share one."""
    return max(round(x / PIXELS_PER_POINT) - COLUMN // 2, 0) // COLUMN * COLUMN


def _spine(outline: Outline) -> set[int]:
    """The places of the joins to be drawn straight down. What comes in from around, such as the
    state of a loop from the pass before, goes before what is made here of parameters alone.
    """
    ends = [join[:2] for join in outline.joins]
    ports = [
        [f"{letter}{number}" for number in range(outline.ports[side])]
        for side, letter in ((IN, "i"), (OUT, "o"))
    ]
    names = [*ports[IN], *ports[OUT], *(f"n{number}" for number in range(len(outline.things)))]
    ways, ranks = longest(names, ends), depths(names, ends)
    for side, border in ((IN, min), (OUT, max)):
        level = border((ranks[port] for port in ports[side]), default=0)
        ranks.update(dict.fromkeys(ports[side], level))
    leaves = {f"n{number}" for number, thing in enumerate(outline.things) if _is_leaf(thing)}
    into: dict[str, list[int]] = {}
    for place, (source, target) in enumerate(ends):
        if source not in leaves:
            into.setdefault(target, []).append(place)
    fed = _fed(ways, into, outline)
    sources: dict[str, list[int]] = {}
    for target, places in into.items():
        data = [place for place in places if ends[place][0] in fed]
        for place in places:
            source = ends[place][0]
            only = source[0] == "i" and len(data) == 1
            if only or ranks[target] - ranks[source] == 1:
                sources.setdefault(target, []).append(place)
    return spine(ends, ways, sources, fed)


def _fed(ways: Iterable[str], into: Mapping[str, Sequence[int]], outline: Outline) -> set[str]:
    """What data from around comes to; ``ways`` has all names so that edges lead onwards."""
    fed = {f"i{number}" for number in range(outline.ports[IN])}
    for name in ways:
        if any(outline.joins[place][0] in fed for place in into.get(name, ())):
            fed.add(name)
    return fed


def _is_leaf(thing: Size | Face) -> bool:
    return not isinstance(thing, Face) and thing[2]
