"""The page's script draws curves as every other picture does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from gradviz.render.draw.arrows import thickness
from gradviz.render.draw.ghostcards import middle_of
from gradviz.render.drawing import Curve, Point
from gradviz.render.layout.lanes import lane_of
from gradviz.render.layout.layout import straight
from gradviz.render.write.tips import tip
from tests.render.page.script import engine

CURVES: dict[str, tuple[Point, ...]] = {
    "line": straight((0.0, 0.0), (30.0, 90.0)),
    "upwards": straight((10.0, 200.0), (10.0, 20.0)),
    "bend": ((0.0, 0.0), (0.0, 40.0), (60.0, 20.0), (60.0, 90.0)),
    "two": (*straight((0.0, 0.0), (50.0, 60.0)), (60.0, 90.0), (9.0, 99.0), (8.0, 150.0)),
    "short": straight((0.0, 0.0), (0.5, 1.0)),
    "nowhere": straight((3.0, 3.0), (3.0, 3.0)),
}  # fmt: skip


@pytest.fixture(scope="module")
def script() -> MiniRacer:
    return engine()


def flat(points: Sequence[Point]) -> list[float]:
    return [value for point in points for value in point]


def ask(script: MiniRacer, text: str) -> Any:
    return json.loads(script.eval(f"JSON.stringify({text})"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CURVES)
def test_a_gradient_runs_beside_its_arrow_as_in_a_picture(script: MiniRacer, name: str) -> None:
    points = CURVES[name]
    for levels in ((True, True), (True, False), (False, False)):
        ours = ask(script, f"lane({flat(points)}, {json.dumps(levels)}, 8)")
        assert ours == pytest.approx(flat(lane_of(points, levels)))


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("width", [1.6, 5.0])
def test_an_arrow_has_the_tip_that_it_has_in_a_picture(
    script: MiniRacer, name: str, width: float
) -> None:
    points = CURVES[name]
    back, triangle = tip(Curve(points=points, stroke="", stroke_width=width))
    ours = ask(script, f"tip({flat(points)}, {width})")
    assert ours["points"] == pytest.approx(flat(back))
    assert flat(ours["corners"]) == pytest.approx(flat(triangle))


@pytest.mark.parametrize("name", CURVES)
def test_scissors_stand_halfway(script: MiniRacer, name: str) -> None:
    ours = ask(script, f"halfway({flat(CURVES[name])})")
    assert ours == pytest.approx(middle_of(CURVES[name]))


@pytest.mark.parametrize("norm", [0.0, 1e-12, 0.03, 1.0, 271.8, 1e30, float("inf"), "lost"])
def test_a_gradient_is_as_thick_as_in_a_picture(script: MiniRacer, norm: Any) -> None:
    written = {"lost": '"?"', float("inf"): "Infinity"}.get(norm, str(norm))
    assert ask(script, f"thickness({written})") == pytest.approx(thickness(norm))


def test_norms_of_several_edges_are_one(script: MiniRacer) -> None:
    assert ask(script, 'together(["3", null, "4"])') == 5
    assert ask(script, "together([null])") is None
    assert ask(script, 'together(["3", "?"])') == "?"
    assert ask(script, 'isNaN(together(["3", "nan"]))') is True
    assert ask(script, 'together(["inf"]) === Infinity') is True


SPANS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(1, 60), st.integers(1, 300)), min_size=1, max_size=6
).map(lambda spans: [(start, start + long, room) for start, long, room in spans])


@settings(max_examples=150, deadline=None)
@given(spans=SPANS)
def test_room_is_made_for_all_and_order_is_kept(spans: list[tuple[int, int, int]]) -> None:
    """Every box has at least its room if it grows, and what was right of something stays there."""
    script = _shared()
    at = range(0, 160, 4)
    places = ask(script, f"{[*at]}.map(stretched({json.dumps(spans)}, 150))")
    assert places == sorted(places)
    ends = sorted({*(span[0] for span in spans), *(span[1] for span in spans)})
    where = dict(
        zip(ends, ask(script, f"{ends}.map(stretched({json.dumps(spans)}, 150))"), strict=True)
    )
    for start, end, room in spans:
        if room >= end - start:
            assert where[end] - where[start] >= room - 1e-6


def test_what_keeps_its_size_moves_nothing(script: MiniRacer) -> None:
    assert ask(script, "[0, 7, 200].map(stretched([[3, 9, 6]], 100))") == [0, 7, 200]
    assert ask(script, "[0, 3, 6, 9, 12].map(stretched([[3, 9, 12]], 100))") == [0, 3, 9, 15, 18]


_made: list[MiniRacer] = []


def _shared() -> MiniRacer:
    """One engine for all examples."""
    if not _made:
        _made.append(engine())
    return _made[0]
