from __future__ import annotations

from itertools import pairwise

import pytest

from gradviz.render.scene.crowds import LONGEST, MOST, crowded
from gradviz.render.scene.ranks import depths

Edges = list[tuple[int, int]]


def around(edges: Edges) -> set[tuple[int, int]]:
    things = dict.fromkeys(end for edge in edges for end in edge)
    return {edges[place] for place in crowded(edges, depths(things, edges))}


def chain(count: int) -> Edges:
    return [*pairwise(range(count))]


def test_a_few_long_edges_are_for_the_engine() -> None:
    unet = [*chain(20), (1, 18), (3, 16), (5, 14), (7, 12)]
    assert around(unet) == set()


@pytest.mark.parametrize("layers", [6, 12, 24])
def test_those_of_a_dense_block_are_not(layers: int) -> None:
    skips = {(a, b) for a in range(layers + 1) for b in range(a + 2, layers + 1)}
    found = around([*chain(layers + 1), *skips])
    assert found <= skips
    last = {(a, b) for a, b in skips if a >= layers - 3}
    assert found >= skips - last


def test_one_that_is_far_too_long_goes_around_alone() -> None:
    count = LONGEST + 4
    long = (1, count - 1)
    assert around([*chain(count), long, (2, 5)]) == {long}


def test_beside_a_crowd_what_skips_a_block_stays() -> None:
    skips = [(place, 20 + place) for place in range(MOST + 1)]
    block = (12, 14)
    assert around([*chain(30), *skips, block]) == set(skips)


def test_branches_of_one_length_are_no_crowd() -> None:
    heads = 12
    edges = [(0, head) for head in range(1, heads + 1)]
    edges += [(head, 100 + head) for head in range(1, heads + 1)]
    edges += [(100 + head, 200) for head in range(1, heads + 1)]
    assert around(edges) == set()


def test_no_edges_are_no_crowd() -> None:
    assert around([]) == set()
