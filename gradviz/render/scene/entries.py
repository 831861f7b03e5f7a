"""Module calls that make something of parameters alone before they come to their data.

In one piece such a call, a step of a loop for example, would begin beside the end of the one before
and stand at its side, for an engine keeps what only passes by out of its frame.
"""

from __future__ import annotations

from gradviz.render.scene.ranks import ranks_of
from gradviz.render.scene.rows import rows_of
from gradviz.render.scene.scene import Scene


def begins_beside(scene: Scene) -> bool:
    """Whether a scene has such calls."""
    frames = {frame.path: frame for frame in scene.frames}
    around: dict[str, tuple[str, ...]] = {"": ()}
    for path, frame in frames.items():
        around[path] = (*around[frame.parent], path)
    module = {card.id: card.module for card in scene.cards}
    leaves = {card.id for card in scene.cards if card.kind == "leaf"}
    began: dict[str, int] = {}
    for card in scene.cards:
        if card.id not in leaves:
            for path in around[card.module]:
                began.setdefault(path, card.id)
    came: dict[str, int] = {}
    leads_out: set[tuple[str, int]] = set()
    producers: dict[int, list[int]] = {}
    for edge in scene.edges:
        above, below = around[module[edge.producer]], around[module[edge.consumer]]
        producers.setdefault(edge.consumer, []).append(edge.producer)
        if above == below:
            continue
        leads_out |= {(path, edge.producer) for path in above if path not in below}
        if edge.producer not in leaves:
            for path in below:
                if path not in above and edge.producer < began[path]:
                    came[path] = max(came.get(path, edge.producer), edge.producer)
    if not came:
        return False
    ranks = ranks_of(scene)
    beside = {id for row in rows_of(scene).values() for id in (*row.left, *row.right)}
    for card in scene.cards:
        entered = next((path for path in around[card.module] if path in came), None)
        if entered is None or card.id in beside or (entered, card.id) in leads_out:
            continue
        if beside.issuperset(producers.get(card.id, ())) and ranks[card.id] <= ranks[came[entered]]:
            return True
    return False
