"""What part of a page's picture is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from tests.render.page.script import engine

ROOM = "{w: 800, h: 400}"


@pytest.fixture(scope="module")
def script() -> MiniRacer:
    return engine()


def ask(script: MiniRacer, text: str) -> Any:
    return json.loads(script.eval(f"JSON.stringify({text})"))  # type: ignore[arg-type]


def test_a_point_stays_under_the_pointer_while_it_comes_closer(script: MiniRacer) -> None:
    script.eval("const all = {x: 0, y: 0, w: 1600, h: 1600};")
    before = ask(script, f"pointed(all, {ROOM}, 300, 100)")
    closer = f"zoomed(all, all, {ROOM}, .5, pointed(all, {ROOM}, 300, 100))"
    assert ask(script, closer)["w"] == 800
    assert ask(script, f"pointed({closer}, {ROOM}, 300, 100)") == pytest.approx(before)


def test_nobody_is_lost_in_space(script: MiniRacer) -> None:
    box = "{x: 0, y: 0, w: 100, h: 50}"
    for factor in (1e-4, 1e4):
        assert ask(script, f"zoomed({box}, {box}, {ROOM}, {factor}, [50, 25])")["w"] == 100


def test_a_picture_that_can_be_read_is_shown_whole(script: MiniRacer) -> None:
    seen = ask(script, f"beginning({{w: 900, h: 400}}, {ROOM}, null)")
    assert seen == {"x": 0, "y": 0, "w": 900, "h": 400}


def test_of_a_large_picture_the_part_where_things_happen_is_shown(script: MiniRacer) -> None:
    seen = ask(script, f"beginning({{w: 900, h: 9000}}, {ROOM}, [450, 5000])")
    assert seen["y"] < 5000 < seen["y"] + seen["h"]
    assert seen["h"] == 400 * 1.2, "as large as it can be read"
    last = ask(script, f"beginning({{w: 900, h: 9000}}, {ROOM}, [450, 8999])")
    assert last["y"] + last["h"] == 9000, "no further than there is something"


def test_what_is_seen_already_does_not_move(script: MiniRacer) -> None:
    box = "{x: 5, y: 6, w: 800, h: 400}"
    inside, outside = (
        "left: 10, top: 10, right: 90, bottom: 90",
        "left: 10, top: 390, right: 90, bottom: 470",
    )
    assert ask(script, f"brought({box}, {ROOM}, {{{inside}}})")["y"] == 6
    assert ask(script, f"brought({box}, {ROOM}, {{{outside}}})")["y"] == 6 + 430 - 200


def test_arrows_lead_to_the_box_beside(script: MiniRacer) -> None:
    places = {
        "here": (100, 100),
        "below": (110, 200),
        "right": (300, 110),
        "far": (120, 400),
        "above": (90, 0),
    }
    areas = ", ".join(
        f'["{name}", {{left: {x}, right: {x + 50}, top: {y}, bottom: {y + 30}}}]'
        for name, (x, y) in places.items()
    )
    script.eval(f"const areas = new Map([{areas}]);")
    for key, wanted in (("ArrowDown", "below"), ("ArrowRight", "right"), ("ArrowUp", "above")):
        assert ask(script, f'beside(areas, "here", WAYS.{key})') == wanted
    assert ask(script, 'beside(areas, "above", WAYS.ArrowUp) ?? null') is None
