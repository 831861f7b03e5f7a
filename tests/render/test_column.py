from __future__ import annotations

import pytest

from gradviz.render.graphviz import engines
from gradviz.render.levels.column import column
from gradviz.render.levels.framed import boxes_of
from gradviz.render.levels.leveldot import text_of
from gradviz.render.levels.levels import IN, OUT
from gradviz.render.levels.outline import Face, Outline

NEAR = 4
"""Pixels; Graphviz rounds lengths to points, once for each card."""

CARD, TALL, LEAF = (120, 52, False), (90, 71, False), (80, 52, True)
BOX = Face(200, 90, ((60.0,), (80.0,)))


def outline(things: list[object], rows: list[object], joins: str, **more: object) -> Outline:
    """``joins`` are ``i0>n0 n0>n1``; ports of boxes are their first."""
    found = []
    for text in joins.split():
        ends = text.split(">")
        boxed = [isinstance(things[int(e[1:])], Face) if e[0] == "n" else False for e in ends]
        found.append((*ends, 0 if boxed[0] else -1, 0 if boxed[1] else -1))
    return Outline(
        things=tuple(things),
        rows=tuple(rows),
        ports=("i0" in joins, "o0" in joins),
        joins=tuple(found),
        room=more.get("room", 120.0),
    )


COLUMNS = {
    "an op": outline([CARD], [], "i0>n0 n0>o0"),
    "with a leaf": outline([LEAF, CARD], [((0,), 1, ())], "n0>n1 i0>n1 n1>o0"),
    "between two": outline([CARD, LEAF, LEAF], [((1,), 0, (2,))], "i0>n0 n1>n0 n2>n0 n0>o0"),
    "with helpers": outline(
        [LEAF, TALL, CARD, LEAF, TALL],
        [((0, 1), 2, (4, 3))],
        "n0>n1 n1>n2 n3>n4 n4>n2 i0>n2 n2>o0",
    ),
    "boxes": outline([BOX, CARD, BOX], [], "i0>n0 n0>n1 n1>n2 n2>o0"),
    "wide title": outline([CARD, CARD], [], "i0>n0 n0>n1 n1>o0", room=480.0),
    "nothing comes in": outline([LEAF, CARD], [((0,), 1, ())], "n0>n1 n1>o0"),
    "the outermost": outline([CARD, BOX, CARD], [], "n0>n1 n1>n2", room=None),
}
BRANCHES = {
    "a shortcut": outline([CARD, CARD, CARD], [], "i0>n0 n0>n1 n1>n2 n0>n2 n2>o0"),
    "side by side": outline([CARD, CARD], [], "i0>n0 n0>o0"),
    "a leaf above": outline([LEAF, CARD], [], "n0>n1 i0>n1 n1>o0"),
    "into what is beside": outline([TALL, CARD], [((0,), 1, ())], "i0>n0 n0>n1 n1>o0"),
    "past the contents": outline([CARD, CARD], [], "i0>n0 n0>n1 n0>o0"),
    "a loop": outline([CARD, CARD], [], "n0>n1 n1>n0"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_where_graphviz_puts_it(name: str) -> None:
    wanted = COLUMNS[name]
    engine = engines.engines()[0]
    output = engines.run(engine, text_of(wanted), limit=20)
    (theirs,) = boxes_of([wanted], output, engine=engine.name)
    ours = column(wanted)
    assert ours is not None
    our, their = ours.face, theirs.face
    assert (our.width, our.height) == pytest.approx((their.width, their.height), abs=NEAR)
    for side in (IN, OUT):
        assert our.ports[side] == pytest.approx(their.ports[side], abs=NEAR)
    for corner, wanted_corner in zip(ours.corners, theirs.corners, strict=True):
        assert corner == pytest.approx(wanted_corner, abs=NEAR)
    for way, other in zip(ours.ways, theirs.ways, strict=True):
        assert way is not None
        assert other is not None
        assert way[0][0] == pytest.approx(other[0][0], abs=NEAR)
        assert way[0][-1] == pytest.approx(other[0][-1], abs=NEAR)
        assert way[1] == other[1]


@pytest.mark.parametrize("name", BRANCHES)
def test_what_branches_is_left_to_the_engine(name: str) -> None:
    assert column(BRANCHES[name]) is None
