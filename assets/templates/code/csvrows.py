"""What a project with a CSV file has in its code: its rows, read without gradviz."""

import csv
from collections.abc import Iterator
from pathlib import Path


def table_rows(
    path: str,
    columns: tuple[str, ...] = (),
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
    header: bool = True,
    spaced: bool = False,
) -> Iterator[list[str]]:
    """The cells of each row in the columns of those names, or in all."""
    with Path(path).open(newline="", encoding=encoding) as file:
        rows = csv.reader(file, delimiter=delimiter, skipinitialspace=spaced)
        places = None
        for row in rows:
            if not row:
                continue
            if places is None:
                names = [name.strip() if header else "" for name in row]
                names = [name or f"column {place}" for place, name in enumerate(names, 1)]
                places = [names.index(name) for name in columns or names]
                if header:
                    continue
            yield [row[place] for place in places]
