"""The ways of wires."""

from __future__ import annotations

from itertools import pairwise

from gradviz.render.blocks.wires import at, distance, lane_of, routed, wire_points

START, END = (0.0, 0.0), (0.0, 400.0)
BETWEEN = (-120.0, 150.0, 240.0, 56.0)


def inside(point: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    left, top, width, height = box
    return left < point[0] < left + width and top < point[1] < top + height


def test_a_wire_leaves_and_arrives_upright() -> None:
    points = wire_points(START, (300.0, 200.0))
    assert points[0] == START
    assert points[-1] == (300.0, 200.0)
    assert points[1][0] == 0.0
    assert points[-2][0] == 300.0


def test_a_wire_goes_around_what_stands_between() -> None:
    direct = wire_points(START, END)
    assert any(inside(at(direct, part / 100), BETWEEN) for part in range(101))
    around = wire_points(START, END, [BETWEEN])
    assert not any(inside(at(around, part / 100), BETWEEN) for part in range(101))
    assert around[0] == START
    assert around[-1] == END


def test_wires_side_by_side_take_lanes_of_their_own() -> None:
    ends = [(START, END), (START, (60.0, 400.0)), (START, (20.0, 500.0))]
    ways = routed(ends, [BETWEEN])
    lanes = [lane_of(way) for way in ways]
    xs = sorted(lane[0] for lane in lanes if lane is not None)
    assert len(xs) == 3
    assert all(right - left >= 10 for left, right in pairwise(xs))


def test_a_wire_that_goes_up_has_a_way_too() -> None:
    points = wire_points((0.0, 300.0), (50.0, 0.0), [BETWEEN])
    assert points[0] == (0.0, 300.0)
    assert points[-1] == (50.0, 0.0)


def test_how_far_a_spot_is_from_a_wire() -> None:
    points = wire_points(START, END)
    away, part = distance(points, (5.0, 200.0))
    assert abs(away - 5) < 0.01
    assert abs(part - 0.5) < 0.02
    assert distance(points, (0.0, 390.0))[1] > 0.9
