"""The columns of a table that are asked for by their names."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.data.reading.rows import Rows
from gradviz.errors import DataError
from gradviz.i18n import N_


def place_of(rows: Rows, name: str, *, setting: str) -> int:
    """Where the column of that name stands. Raises `DataError` that lists all of them."""
    if name in rows.names:
        return rows.names.index(name)
    shown = ", ".join(rows.names[:30]) + (" …" if len(rows.names) > 30 else "")
    raise DataError(
        N_("there is no column “{name}”"),
        where=str(rows.file),
        mend=N_("set {setting} to one of: {known}"),
        name=name,
        setting=setting,
        known=shown,
    )


def numeric(rows: Rows, names: Sequence[str], *, but: str) -> list[int]:
    """The columns of those names, or all that hold numbers ``but`` one. Raises `DataError` for one
    that holds none.
    """
    if names:
        chosen = [place_of(rows, name, setting="inputs") for name in names]
    else:
        chosen = [
            place
            for place, name in enumerate(rows.names)
            if name != but and rows.holds[place] == "number"
        ]
    for place in chosen:
        if rows.holds[place] != "number":
            raise DataError(
                N_("column “{name}” holds no numbers"),
                where=str(rows.file),
                mend=N_("leave it out of inputs, or take TextTable, which gives texts too"),
                name=rows.names[place],
            )
    if not chosen:
        raise DataError(
            N_("no column holds numbers that could go in"),
            where=str(rows.file),
            mend=N_("correct the delimiter or the header; TextTable gives texts"),
        )
    return chosen
