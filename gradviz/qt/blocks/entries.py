"""What can be put on the canvas, in the order in which it is offered."""

from __future__ import annotations

from collections.abc import Iterable

from gradviz.i18n import gettext as _
from gradviz.render.blocks.kindcards import GROUPS, KindCard, Kinds


def grouped(kinds: Kinds, *, within: str = "") -> list[tuple[str, list[KindCard]]]:
    """The kinds by their groups. A composite is not offered inside of itself."""
    found: dict[str, list[KindCard]] = {name: [] for name in GROUPS}
    for kind in kinds.values():
        if kind.name != within:
            found.setdefault(kind.group, []).append(kind)
    return [(group, entries) for group, entries in found.items() if entries]


def group_name(group: str) -> str:
    """What a group is called in the language in use."""
    return _(GROUPS.get(group, group))


def matching(text: str, kinds: Iterable[KindCard]) -> list[KindCard]:
    """The kinds that a text means, the likeliest first: by their names, then by what they do."""
    wanted = text.casefold().replace(" ", "")
    if not wanted:
        return list(kinds)
    ranked = []
    for place, kind in enumerate(kinds):
        rank = _rank(wanted, kind)
        if rank is not None:
            ranked.append((rank, len(kind.name), place, kind))
    return [kind for *_rest, kind in sorted(ranked, key=lambda each: each[:3])]


def _rank(wanted: str, kind: KindCard) -> int | None:
    name = kind.name.casefold()
    capitals = "".join(sign for sign in kind.name if sign.isupper() or sign.isdigit()).casefold()
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if capitals.startswith(wanted):
        return 2
    if wanted in name:
        return 3
    if _in_order(wanted, name):
        return 4
    told = f"{_(kind.summary)} {group_name(kind.group)}".casefold().replace(" ", "")
    return 5 if len(wanted) > 1 and wanted in told else None


def _in_order(wanted: str, name: str) -> bool:
    """Whether the letters are in the name in that order, the first one first: ``cv2``."""
    letters = iter(name)
    return name[:1] == wanted[:1] and all(each in letters for each in wanted)
