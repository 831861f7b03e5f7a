"""Tables of numbers against what was written; wrong files; large ones in little memory."""

from __future__ import annotations

import csv
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from gradviz import i18n
from gradviz.data.loading import build_loader
from gradviz.data.reading.files import found
from gradviz.data.reading.parquet import ParquetRows
from gradviz.data.reading.table import Table, TableSamples
from gradviz.errors import DataError
from gradviz.spec.model import Choice
from gradviz.spec.project import Data

IRIS = "sepal,petal,kind\n5.1,1.4,setosa\n7.0,4.7,versicolor\n6.3,6.0,virginica\n4.9,1.5,setosa\n"


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> str:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(content)
    return str(folder / name)


def all_of(table: TableSamples) -> tuple[torch.Tensor, list[Any]]:
    samples = [table[i] for i in range(len(table))]
    return torch.stack([x for x, _ in samples]), [y for _, y in samples]


def test_texts_of_the_target_are_classes(tmp_path: Path) -> None:
    table = Table(written(tmp_path, IRIS), target="kind")
    x, y = all_of(table)
    assert torch.equal(x, torch.tensor([[5.1, 1.4], [7.0, 4.7], [6.3, 6.0], [4.9, 1.5]]))
    assert y == [0, 1, 2, 0]
    assert table.classes == ("setosa", "versicolor", "virginica")
    assert table.features == ("sepal", "petal")
    with pytest.raises(IndexError):
        table[4]
    assert table[-1][1] == 0


@pytest.mark.parametrize(
    ("target_as", "wanted"),
    [
        ("auto", [3, 5, 3]),
        ("class", [0, 1, 0]),
        ("number", [torch.tensor([3.0]), torch.tensor([5.0]), torch.tensor([3.0])]),
    ],
)
def test_whole_numbers_are_classes_unless_one_says_else(
    tmp_path: Path, target_as: Any, wanted: list[Any]
) -> None:
    table = Table(written(tmp_path, "a,y\n1,3\n2,5\n3,3\n"), target="y", target_as=target_as)
    assert all_of(table)[1] == wanted
    assert getattr(table, "classes", None) == (("3", "5") if target_as == "class" else None)


def test_other_numbers_are_targets_of_one_number(tmp_path: Path) -> None:
    table = Table(written(tmp_path, "a,y\n1,3\n2,0.1\n"), target="y")
    assert all_of(table)[1] == [torch.tensor([3.0]), torch.tensor([0.1])]


def test_without_a_target_the_input_is_it(tmp_path: Path) -> None:
    table = Table(written(tmp_path, "1,2\n3,4\n"))
    x, y = table[1]
    assert torch.equal(x, torch.tensor([3.0, 4.0]))
    assert torch.equal(x, y)
    assert table.features == ("column 1", "column 2")


def test_a_change_of_a_sample_does_not_stay(tmp_path: Path) -> None:
    table = Table(written(tmp_path, "a,y\n1,0.5\n"), target="y")
    for part in table[0]:
        part.zero_()
    assert all_of(table)[0].item() == 1
    assert table[0][1].item() == 0.5


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_delimiter_and_encoding_are_found(
    tmp_path: Path, delimiter: str, end: str, encoding: str
) -> None:
    rows = [["키", "품종"], ["1.5", "가"], ["2.5", "나"], ["3.5", "가"]]
    text = end.join(delimiter.join(row) for row in rows)
    table = Table(written(tmp_path, text.encode(encoding)), target="품종")
    assert table.features == ("키",)
    assert table.classes == ("가", "나")
    assert all_of(table)[1] == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a, b, y\n1, 2, x\n3, 4, y\n", 2),
        ("a,b,y\n\n1,2,x\n\n\n3,4,y", 2),
        ('"a","b","y"\n"1","2","a, b"\n"3","4","a\nb"\n', 2),
        (",a,y\n0,5,x\n1,6,x\n", 2),
        ("1,2,x\n3,4,y\n", 2),
        ("2020,2021\n1,2\n", 2),
    ],
)
def test_usual_forms_are_read(tmp_path: Path, text: str, count: int) -> None:
    assert len(Table(written(tmp_path, text))) == count


def test_a_header_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "2020,2021\n1,2\n")
    assert Table(path, header="yes").features == ("2020", "2021")
    assert len(Table(path, header="no")) == 2


HOLES = "a,b,y\n1,2,p\n,3,q\n4,NA,p\n5,6,\n7,8,q\n"


def test_a_missing_value_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="row 3, column “a”: the value is missing"):
        Table(written(tmp_path, HOLES), target="y")


def test_rows_with_missing_values_are_dropped(tmp_path: Path) -> None:
    table = Table(written(tmp_path, HOLES), target="y", missing="drop")
    x, y = all_of(table)
    assert x.tolist() == [[1, 2], [7, 8]]
    assert y == [0, 1]
    assert [(each.name, each.reason) for each in table.skipped] == [
        ("row 3", "a is missing"),
        ("row 4", "b is missing"),
        ("row 5", "y is missing"),
    ]


def test_missing_values_are_zero(tmp_path: Path) -> None:
    table = Table(written(tmp_path, HOLES), inputs=("b", "a"), missing="zero")
    assert all_of(table)[0].tolist() == [[2, 1], [3, 0], [0, 4], [6, 5], [8, 7]]


def test_what_is_skipped_stays_a_short_list(tmp_path: Path) -> None:
    table = Table(written(tmp_path, "a,b\n1,2\n" + ",1\n" * 3000), missing="drop")
    assert len(table) == 1
    assert len(table.skipped) == 1001
    assert table.skipped[-1].name == "… 2000"


WRONG: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "no target": (IRIS.encode(), {"target": "kinds"}, "sepal, petal, kind"),
    "no input": (IRIS.encode(), {"inputs": ("x",)}, "no column “x”"),
    "text goes in": (IRIS.encode(), {"inputs": ("kind",)}, "“kind” holds no numbers"),
    "a text is no number": (IRIS.encode(), {"target": "kind", "target_as": "number"}, "kind"),
    "a number breaks off": (
        b"a,y\n" + b"1,2\n" * 2000 + b"one,2\n", {}, "row 2002, column “a”: “one” is no number",
    ),
    "a row is short": (b"a,b\n1,2\n3\n", {}, "row 3 has 1 cells, not 2"),
    "a row is long": (b"a,b\n1,2\n3,4,5\n", {}, "row 3 has 3 cells, not 2"),
    "only a header": (b"a,b\n", {}, "no row of data"),
    "only empty rows": (b"\n\n\n", {}, "no row of data"),
    "nothing": (b"", {}, "empty"),
    "all missing": (b"a,b\n1,2\n,\n", {"inputs": ("a",), "missing": "error"}, "row 3"),
    "no numbers": (b"a,b\nx,y\nz,w\n", {}, "no column holds numbers"),
    "same names": (b"a,a\n1,2\n", {}, "two columns are called “a”"),
    "wide characters": ("a,b\n1,2\n".encode("utf-16"), {}, "UTF-16"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", {}, "NUL"),
    "late NUL": (b"a,b\n" + b"1,2\n" * 300_000 + b"\0,2\n", {}, "line 300002 holds NUL"),
    "packed": (b"\x1f\x8b\x08rest", {}, "gunzip"),
    "a delimiter too long": (IRIS.encode(), {"delimiter": ", "}, "delimiter"),
    "no encoding": (IRIS.encode(), {"encoding": "klingon"}, "encoding"),
    "no text encoding": (IRIS.encode(), {"encoding": "hex"}, "encoding"),
    "wrong encoding": ("a,y\n1,가\n".encode("cp949"), {"encoding": "utf-8"}, "utf-8"),
    "no known encoding": (b"a,y\n1,\xff\xff\xff\n", {}, "utf-8 / cp949"),
    "encoding breaks off": (
        b"a,y\n" + b"1,x\n" * 300_000 + b"1,\xff\n", {"target": "y"}, "line 300002 is not in utf-8",
    ),
    "open quote": (b'a,y\n1,"x\n2,y\n', {"target": "y"}, "line 3 cannot be read"),
    "a cell without end": (b'a,y\n1,"' + b"x\n" * 100_000 + b'"\n', {"target": "y"}, "line"),
    "a line without end": (b"a,y\n1," + b"x" * (1 << 24) + b"\n", {"target": "y"}, "line"),
    "old line breaks": (b"a,b\r1,2\r3,4\r", {}, "no row of data"),
    "too many classes": (
        b"a,y\n" + b"".join(b"1,x%d\n" % i for i in range(10_002)), {"target": "y"}, "10000",
    ),
    "cut Parquet": (b"PAR1 and no more", {}, "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_wrong_file_is_one_line(case: str, language: str, tmp_path: Path) -> None:
    content, given, said = WRONG[case]
    i18n.use(language)
    path = written(tmp_path, content)
    with pytest.raises(DataError) as caught:
        Table(path, **given)
    line = str(caught.value)
    assert line.startswith(path)
    assert " → " in line
    i18n.use("en")
    assert said in str(caught.value)


def test_places_that_are_no_file(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    for path, said in [
        ("", "no file is named"),
        (str(tmp_path), "no ordinary file"),
        (str(tmp_path / "pipe"), "no ordinary file"),
        (str(tmp_path / "none.csv"), "no such file"),
        ("/dev/zero", "no ordinary file"),
        ("a\0b", "cannot be read"),
    ]:
        with pytest.raises(DataError, match=said):
            Table(path)


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_file_that_is_not_what_it_was(tmp_path: Path, how: str) -> None:
    path = written(tmp_path, IRIS)
    table = Table(path, target="kind")
    if how == "gone":
        Path(path).unlink()
    else:
        written(tmp_path, IRIS + "1,2,setosa\n")
    with pytest.raises(DataError, match="No such file" if how == "gone" else "has changed"):
        table[0]


NUMBERS = st.floats(width=32, allow_nan=False)
TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, TEXTS), min_size=1, max_size=100),
    st.sampled_from(["csv", "tsv", "parquet"]),
)
def test_any_table_comes_back(
    tmp_path: Path, rows: list[tuple[float, float, str]], form: str
) -> None:
    path = tmp_path / f"t.{form}"
    if form == "parquet":
        columns = {
            "a": [row[0] for row in rows], "b": [row[1] for row in rows],
            "y": [row[2] for row in rows],
        }  # fmt: skip
        pq.write_table(pa.table(columns), path, row_group_size=7)
    else:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, delimiter="," if form == "csv" else "\t")
            writer.writerows([("a", "b", "y"), *rows])
    table = Table(
        str(path), target="y", target_as="class", delimiter="" if form == "parquet" else
        "," if form == "csv" else "\t", header="yes", encoding="utf-8",
    )  # fmt: skip
    x, y = all_of(table)
    assert torch.equal(x, torch.tensor([row[:2] for row in rows]).float())
    assert sorted(table.classes) == sorted({row[2] for row in rows})
    assert [table.classes[number] for number in y] == [row[2] for row in rows]


@pytest.mark.parametrize("missing", ["error", "drop", "zero"])
def test_parquet_with_missing_values(tmp_path: Path, missing: Any) -> None:
    table = pa.table({
        "whole": pa.array([1, None, 3], pa.int32()),
        "half": pa.array([0.5, 1.5, float("nan")], pa.float16()),
        "flag": [True, False, True],
        "when": pa.array([1, 2, 3], pa.timestamp("s")),
        "y": pa.array(["b", "a", "b"]).dictionary_encode(),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "t")
    if missing == "error":
        with pytest.raises(DataError, match="row 2, column “whole”"):
            Table(str(tmp_path / "t"), target="y")
        with pytest.raises(DataError, match="“when” holds no numbers"):
            Table(str(tmp_path / "t"), inputs=("when",))
        return
    made = Table(str(tmp_path / "t"), target="y", missing=missing)
    assert made.features == ("whole", "half", "flag")
    wanted = [[1, 0.5, 1]] if missing == "drop" else [[1, 0.5, 1], [0, 1.5, 0], [3, 0, 1]]
    assert all_of(made)[0].tolist() == wanted


def test_a_whole_target_of_parquet_is_a_class(tmp_path: Path) -> None:
    table = pa.table({"a": [1.0, 2.0], "y": [4, 2], "z": [0.5, 1.0]})
    pq.write_table(table, tmp_path / "t")
    assert all_of(Table(str(tmp_path / "t"), target="y", inputs=("a",)))[1] == [4, 2]
    assert all_of(Table(str(tmp_path / "t"), target="y", target_as="class"))[1] == [1, 0]
    assert all_of(Table(str(tmp_path / "t"), target="z"))[1] == [
        torch.tensor([0.5]),
        torch.tensor([1.0]),
    ]


def test_a_row_group_beyond_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradviz.data.reading.parquet.LARGEST", 5)
    pq.write_table(pa.table({"a": range(6)}), tmp_path / "t")
    with pytest.raises(DataError, match="row_group_size"):
        Table(str(tmp_path / "t"))


def test_a_row_group_that_lies_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": range(6)}), tmp_path / "t")
    rows = ParquetRows(found(str(tmp_path / "t")))
    rows.counts[0] += 1
    with pytest.raises(DataError, match="says 7 rows and has 6"):
        next(rows.blocks([0]))


def test_a_package_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"pip install 'gradviz\[tables\]'"):
        Table(written(tmp_path, b"PAR1"))


def test_a_large_table_takes_little_memory(tmp_path: Path) -> None:
    count = 60_000
    numbers = np.random.default_rng(0).random((count, 2)).astype(np.float32)
    path = tmp_path / "large.csv"
    path.write_text("a,b,y\n" + "".join(f"{a},{b},{i % 3}\n" for i, (a, b) in
                                        enumerate(numbers.tolist())))  # fmt: skip
    tracemalloc.start()
    try:
        table = Table(str(path), target="y")
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 << 20  # of a few megabytes of first rows; all rows as lists would take 20
    assert held < count * 2
    for i in (0, 31, 32, 43_210, count - 1):
        x, y = table[i]
        assert torch.equal(x, torch.from_numpy(numbers[i]))
        assert y == i % 3


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_are_torchs(tmp_path: Path, workers: int) -> None:
    path = written(tmp_path, "a,y\n" + "".join(f"{i},{i % 2}\n" for i in range(100)))
    table = pickle.loads(pickle.dumps(Table(path, target="y")))
    x, y = next(iter(DataLoader(table, batch_size=50, num_workers=workers)))
    assert torch.equal(x, torch.arange(50.0)[:, None])
    assert torch.equal(y, torch.arange(50) % 2)


def test_a_project_names_it(tmp_path: Path) -> None:
    path = written(tmp_path, IRIS)
    data = Data(Choice("Table", {"path": path, "target": "kind"}), batch_size=4, shuffle=False)
    x, y = next(iter(build_loader(data, seed=0)))
    assert x.shape == (4, 2)
    assert y.tolist() == [0, 1, 2, 0]
