"""What a dataset leaves out, in a list that stays short."""

from __future__ import annotations

from gradviz.data.letters import Skipped

MOST = 1000


def keep(skipped: list[Skipped], name: str, reason: str) -> None:
    """Note what was left out; after many, only how many more there are."""
    if len(skipped) < MOST:
        skipped.append(Skipped(name, reason))
        return
    if len(skipped) == MOST:
        skipped.append(Skipped("… 0", ""))
    more = int(skipped[-1].name.removeprefix("… ")) + 1
    skipped[-1] = Skipped(f"… {more}", "")
