"""Tables with texts as dicts."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from torch.utils.data import DataLoader

from gradviz.data.reading.texttable import TextTable
from gradviz.errors import DataError

FEELINGS = (
    "Text,Class\nHappy,Positive\nAmazing,Positive\nSad,Negative\nUnhapy,Negative\nGlum,Negative\n"
)


@pytest.fixture(params=["csv", "tsv", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / f"t.{request.param}"
    rows = [line.split(",") for line in FEELINGS.splitlines()]
    if request.param == "parquet":
        columns = zip(*rows[1:], strict=True)
        pq.write_table(
            pa.table(dict(zip(rows[0], map(list, columns), strict=True))), file, row_group_size=2
        )
    else:
        mark = "," if request.param == "csv" else "\t"
        file.write_text("\n".join(map(mark.join, rows)))
    return str(file)


def test_the_sentences_of_a_lecture(path: str) -> None:
    first, second = DataLoader(TextTable(path), batch_size=3)
    assert first == {
        "Text": ["Happy", "Amazing", "Sad"],
        "Class": ["Positive", "Positive", "Negative"],
    }
    assert second == {"Text": ["Unhapy", "Glum"], "Class": ["Negative", "Negative"]}


def test_the_target_is_a_class(path: str) -> None:
    table = TextTable(path, target="Class")
    assert table.classes == ("Negative", "Positive")
    assert [table[i]["Class"] for i in range(5)] == [1, 1, 0, 0, 0]
    assert table[-1] == {"Text": "Glum", "Class": 0}
    assert TextTable(path, columns=("Text",), target="Class")[0] == {"Text": "Happy", "Class": 1}


def test_numbers_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,age,size\n가,3,1\n나,4,1.5\n")
    table = TextTable(str(tmp_path / "t.csv"))
    assert table[0] == {"text": "가", "age": 3, "size": torch.tensor(1.0)}
    batch = next(iter(DataLoader(table, batch_size=2)))
    assert batch["age"].dtype == torch.int64
    assert batch["size"].dtype == torch.float32


def test_an_empty_text_is_missing(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text,kind\n,a\nNA,b\n")
    with pytest.raises(DataError, match="row 2, column “text”"):
        TextTable(str(tmp_path / "t.csv"))
    assert len(TextTable(str(tmp_path / "t.csv"), missing="drop")) == 1
    assert TextTable(str(tmp_path / "t.csv"), missing="zero")[0]["text"] == ""


def test_a_column_that_is_not_there_is_told(path: str) -> None:
    with pytest.raises(DataError, match="set columns to one of: Text, Class"):
        TextTable(path, columns=("text",))
