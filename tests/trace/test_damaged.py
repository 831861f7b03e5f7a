"""Trace files that are damaged, or made to harm: a clear line, never a crash or a wrong number."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import msgspec
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gradviz
from gradviz.errors import GradvizError, TraceError
from gradviz.trace.container import HEADER, INDEX, MEMBERS, VALUES, Container
from gradviz.trace.graph import AutogradGraph, GraphEdge, GraphNode
from gradviz.trace.index import Array, Beginning, Held, Index, Lost, Segment
from tests.trace.test_tracefile import holding, recorded, refs

pytestmark = pytest.mark.filterwarnings(
    "ignore:Sparse .* tensor support is in beta state:UserWarning",
    "ignore:.*nested tensors is in prototype:UserWarning",
    "ignore:.*quantized tensor creation functions:UserWarning",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("whole") / "t.gvtrace"
    recorded().save(file)
    return file


def everything(file: Path) -> list[object]:
    """All that a file says, with the bytes of its values."""
    trace = gradviz.open_trace(file)
    values = [trace.value(ref) for ref in refs(trace)]
    return [list(trace.events), list(trace.graphs), [value.tolist() for value in values]]


@pytest.fixture(scope="module")
def truth(whole: Path) -> list[object]:
    return everything(whole)


def rewritten(whole: Path, file: Path, **members: bytes) -> Path:
    """The file with members of other content, and the right checksums."""
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(file, "w") as archive:
        for name in MEMBERS:
            key = name.partition(".")[0].replace("-", "_")
            archive.writestr(name, members.get(key, old.read(name)))
    return file


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_a_cut_or_changed_file_is_refused_or_right(
    data: st.DataObject, whole: Path, truth: list[object]
) -> None:
    content = bytearray(whole.read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        for _ in range(data.draw(st.integers(1, 3))):
            at_the_end = st.integers(len(content) - 400, len(content) - 1)
            place = data.draw(st.integers(0, len(content) - 1) | at_the_end)
            content[place] = data.draw(st.integers(0, 255))
    file = whole.with_name("changed.gvtrace")
    file.write_bytes(content)
    told = ""
    try:
        assert everything(file) == truth
    except GradvizError as error:
        told = str(error)
    assert not told or (str(file) in told and " → " in told)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no zip file"),
        (b"PK\5\6" + bytes(18), "does not hold what a trace file holds"),
        (b'{"event": "OpRan"}\n', "no zip file"),
        (b"\x80\x04cos\nsystem\n(S'touch hacked'\ntR.", "no zip file"),
    ],
)
def test_what_is_no_trace_file(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "x.gvtrace"
    file.write_bytes(content)
    with pytest.raises(TraceError, match=says):
        gradviz.open_trace(file)


def test_places_without_a_file(tmp_path: Path) -> None:
    for place, says in ((tmp_path / "no", "cannot be read"), (tmp_path, "is no file")):
        with pytest.raises(TraceError, match=says):
            gradviz.open_trace(place)
    with pytest.raises(TraceError, match="null"):
        gradviz.open_trace("a\0b")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TraceError, match="is no file"):
        gradviz.open_trace(tmp_path / "pipe")


def test_a_pickle_of_torch_is_not_opened(tmp_path: Path) -> None:
    torch.save({"x": torch.ones(2)}, tmp_path / "x.gvtrace")
    with pytest.raises(TraceError, match="does not hold what a trace file holds"):
        gradviz.open_trace(tmp_path / "x.gvtrace")


def test_a_later_format_asks_for_an_update(whole: Path, tmp_path: Path) -> None:
    header = b'{"format": 2, "gradviz": "7.0"}'
    file = rewritten(whole, tmp_path / "x.gvtrace", gradviz_trace=header)
    with pytest.raises(TraceError, match=r"later gradviz \(7.0\), in format 2.* → update gradviz"):
        gradviz.open_trace(file)


def test_a_field_that_a_later_gradviz_adds_is_no_obstacle(
    whole: Path, truth: list[object], tmp_path: Path
) -> None:
    header = b'{"format": 1, "gradviz": "7.0", "mood": [1, 2]}'
    assert everything(rewritten(whole, tmp_path / "x.gvtrace", gradviz_trace=header)) == truth


def test_a_zip_bomb_is_not_unpacked(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.gvtrace", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(HEADER, b'{"format": 1}')
        archive.writestr(VALUES, b"")
        archive.writestr(INDEX, bytes(10**7))
    with pytest.raises(TraceError, match="compressed"):
        gradviz.open_trace(tmp_path / "x.gvtrace")


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", INDEX])
def test_members_that_do_not_belong(whole: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.gvtrace"
    file.write_bytes(whole.read_bytes())
    told = pytest.warns(UserWarning, match="Duplicate") if name == INDEX else nullcontext()
    with told, zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(TraceError, match="does not hold what a trace file holds"):
        gradviz.open_trace(file)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.gvtrace"]


def test_sizes_that_are_only_claimed_take_no_memory(whole: Path, tmp_path: Path) -> None:
    """A directory of terabytes, an array of four billion events: refused within 1 GiB."""
    content = bytearray(whole.read_bytes())
    directory = content.rindex(b"PK\1\2")
    content[directory + 20 : directory + 28] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    (tmp_path / "a.gvtrace").write_bytes(content)
    rewritten(whole, tmp_path / "b.gvtrace", index=b"\x88\xa6events\xdd\xff\xff\xff\xff")
    rewritten(whole, tmp_path / "c.gvtrace", index=b"\x88\xa6events" + b"\x91" * 10**6)
    entry = b"PK\1\2" + bytes(42)
    many = entry * 2**18
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(many), 0, 0)
    (tmp_path / "d.gvtrace").write_bytes(many + end)
    files = [str(tmp_path / f"{name}.gvtrace") for name in "abcd"]
    code = (
        "import sys, resource, gradviz, gradviz.engine.opening.opening\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for file in sys.argv[1:]:\n"
        "    try: gradviz.open_trace(file); sys.exit('opened ' + file)\n"
        "    except gradviz.GradvizError as error: pass\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "assert grown < 100_000, grown\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def crafted(tmp_path: Path, change: Callable[[Index], object]) -> gradviz.Trace:
    """A file whose index was changed by somebody who knows the format."""
    holding(torch.arange(12.0)).save(tmp_path / "t.gvtrace")
    index = Container(tmp_path / "t.gvtrace").index
    change(index)
    file = rewritten(
        tmp_path / "t.gvtrace", tmp_path / "x.gvtrace", index=msgspec.msgpack.encode(index)
    )
    return gradviz.open_trace(file)


def array(shape: tuple[int, ...], *, dtype: str = "float32", **more: Any) -> Array:
    stride = more.pop("stride", tuple([0] * len(shape)))
    return Array(more.pop("segment", 0), more.pop("start", 0), dtype, shape, stride, **more)


ints = {"dtype": "int64"}

VALUES_THAT_HARM = {
    "beyond its memory": Held("dense", (array((13,), stride=(1,)),)),
    "far beyond": Held("dense", (array((2,), stride=(2**62,)),)),
    "begins behind the end": Held("dense", (array((1,), start=48),)),
    "begins within an element": Held("dense", (array((1,), start=2),)),
    "of a dtype that is none": Held("dense", (array((12,), dtype="load"),)),
    "of quantized memory": Held("dense", (array((12,), dtype="qint8"),)),
    "of a segment that is none": Held("dense", (array((12,), segment=7),)),
    "of a negative segment": Held("dense", (array((12,), segment=-1),)),
    "a trillion from one": Held("dense", (array((10**12,)),)),
    "of overflowing size": Held("dense", (array((2**40, 2**40)),)),
    "empty but overflowing": Held("dense", (array((0, 2**62), stride=(2**62, 2**62)),)),
    "of no array": Held("dense", ()),
    "of two arrays": Held("dense", (array((1,)), array((1,)))),
    "of another shape than its event says": Held("dense", (array((6,), stride=(1,)),)),
    "of another dtype than its event says": Held("dense", (array((12,), dtype="int32"),)),
    "sparse, pointing far away": Held(
        "coo", (array((1, 3), **ints), array((3,))), (12,), (0,)
    ),
    "sparse and huge": Held("coo", (array((1, 0), **ints), array((0,))), (2**50,), (0,)),
    "compressed, pointing far away": Held(
        "csr", (array((3,), **ints), array((2,), **ints), array((2,))), (2, 2)
    ),
    "jagged beyond its memory": Held("jagged", (array((2, 2)), array((3,), **ints)), (), (1,)),
    "jagged in no dimension": Held("jagged", (array((2, 2)), array((3,), **ints)), (), (5,)),
    "jagged without numbers": Held("jagged", (array((2, 2)), array((3,), **ints))),
    "quantized by too few scales": Held(
        "quantized_channels",
        (array((6,), dtype="int8"), array((1,), dtype="float64"), array((1,), **ints)),
        (),
        (0,),
    ),
    "quantized floats": Held("quantized", (array((12,)),), (), (0.1, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES_THAT_HARM)
def test_a_value_that_would_harm_is_refused(name: str, tmp_path: Path) -> None:
    trace = crafted(tmp_path, lambda index: index.held.update({0: VALUES_THAT_HARM[name]}))
    (ref,) = refs(trace)
    with pytest.raises(TraceError, match="not a whole trace file"):
        trace.value(ref)


def test_a_value_that_nobody_wrote(tmp_path: Path) -> None:
    trace = crafted(tmp_path, lambda index: index.held.clear())
    with pytest.raises(TraceError, match="dropped"):
        trace.value(refs(trace)[0])


def test_a_reason_is_no_template(tmp_path: Path) -> None:
    def change(index: Index) -> None:
        index.held.clear()
        index.lost[0] = Lost("unknown", "{id.__class__.__mro__} {0}")

    trace = crafted(tmp_path, change)
    with pytest.raises(TraceError) as error:
        trace.value(refs(trace)[0])
    assert "{id.__class__.__mro__} {0}" in str(error.value)


def graph(*edges: tuple[int, int], root: int | None = 0) -> AutogradGraph:
    nodes = tuple(GraphNode(id, f"N{id}", "", "", None) for id in (0, 1, 2))
    return AutogradGraph(nodes, tuple(GraphEdge(a, b, 0) for a, b in edges), root)


CHANGES: dict[str, Callable[[Index], object]] = {
    "segment behind the end": lambda index: index.segments.append(Segment(40, 40, 0)),
    "events out of order": lambda index: index.events.append(index.events[0]),
    "a state that is none": lambda index: index.beginnings.append(
        Beginning(-1, "optimizer", "w")
    ),
    "a parameter that is none": lambda index: index.beginnings.append(Beginning(-1, "params", "w")),
    "graph in a circle": lambda index: index.graphs.append(graph((0, 1), (1, 2), (2, 0))),
    "edge to nowhere": lambda index: index.graphs.append(graph((0, 9))),
    "root that is none": lambda index: index.graphs.append(graph(root=9)),
    "a node twice": lambda index: index.graphs.append(
        AutogradGraph(graph().nodes * 2, (), 0)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_an_index_that_does_not_hang_together(name: str, tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="not a whole trace file"):
        crafted(tmp_path, CHANGES[name])


def test_an_event_that_is_none(whole: Path, tmp_path: Path) -> None:
    index = msgspec.to_builtins(Container(whole).index)
    for events in ([{"event": "Import", "index": 0}], [{"event": "OpRan", "index": "x"}], 7):
        content = msgspec.msgpack.encode(index | {"events": events})
        with pytest.raises(TraceError, match="not a whole trace file"):
            gradviz.open_trace(rewritten(whole, tmp_path / "x.gvtrace", index=content))
