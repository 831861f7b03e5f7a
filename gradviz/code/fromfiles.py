"""Datasets from the user's own files in code that stands alone: a template each, and how its class
is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gradviz.code.written import text_of
from gradviz.data.reading.columns import numeric
from gradviz.data.reading.delimited import DelimitedRows
from gradviz.data.reading.dialect import Dialect
from gradviz.data.reading.files import found, start
from gradviz.data.reading.opening import rows_of
from gradviz.data.reading.rows import Rows
from gradviz.errors import DataError


class FromFiles(NamedTuple):
    """The templates whose definitions are needed, and the expression that makes the dataset."""

    templates: tuple[str, ...]
    call: str


Settings = Mapping[str, Any]


def _called(name: str, *parts: str, **settings: object) -> str:
    """A call, without settings that say nothing."""
    told = [f"{key}={text_of(value)}" for key, value in settings.items() if value]  # type: ignore[arg-type]
    return f"{name}({', '.join([*parts, *told])})"


def _class(template: str, name: str, **usual: object) -> Callable[[Settings], FromFiles]:
    """A class that takes the path and the settings but those that are as usual."""

    def made(settings: Settings) -> FromFiles:
        told = {
            key: value
            for key, value in settings.items()
            if key != "path" and value != usual.get(key, "")
        }
        path = text_of(settings["path"])
        parts = [f"{key}={text_of(value)}" for key, value in told.items()]
        return FromFiles((template,), f"{name}({', '.join([path, *parts])})")

    return made


def _table(settings: Settings) -> FromFiles:
    target = settings["target"]
    rows = _opened(settings)
    columns: Sequence[str] = settings["inputs"]
    target_as = settings["target_as"] if target else ""
    if rows is not None:
        columns = [rows.names[place] for place in numeric(rows, columns, but=target)]
        if target in rows.names and rows.holds[rows.names.index(target)] == "text":
            target_as = "class"
    asked = tuple(columns) + ((target,) if target else ())
    missing = "" if settings["missing"] == "error" else settings["missing"]
    template, call = _rows(settings, rows, asked if columns else ())
    made = _called("TableSamples", call, target=target_as, missing=missing)
    return FromFiles((template, "table"), made)


def _texts(settings: Settings) -> FromFiles:
    target = settings["target"]
    rows = _opened(settings)
    columns: tuple[str, ...] = settings["columns"]
    holds = dict(zip(rows.names, rows.holds, strict=True)) if rows is not None else {}
    columns = columns or tuple(name for name in holds if holds[name] != "other")
    columns += (target,) if target and target not in columns else ()
    numbers = tuple(name for name in columns if holds.get(name) == "number")
    missing = "" if settings["missing"] == "error" else settings["missing"]
    template, call = _rows(settings, rows, columns)
    made = _called("TextSamples", call, columns=columns, numbers=numbers, target=target,
                   missing=missing)  # fmt: skip
    return FromFiles((template, "texttable"), made)


def _opened(settings: Settings) -> Rows | None:
    """The table, to see how it is written; none where it cannot be read."""
    names = ("encoding", "delimiter", "header")
    try:
        return rows_of(settings["path"], **{name: settings[name] for name in names})
    except DataError:
        return None


def _rows(settings: Settings, rows: Rows | None, columns: tuple[str, ...]) -> tuple[str, str]:
    """The template that reads the rows, and its call."""
    path = text_of(settings["path"])
    if rows is not None and not isinstance(rows, DelimitedRows):
        return "parquetrows", _called("table_rows", path, columns=columns)
    parts = [path, f"columns={text_of(list(columns))}"] if columns else [path]
    if rows is not None:
        parts += _told(rows.dialect)
    return "csvrows", f"table_rows({', '.join(parts)})"


def _told(dialect: Dialect) -> list[str]:
    """What differs from a usual CSV file."""
    usual = {"encoding": "utf-8", "delimiter": ",", "header": True, "spaced": False}
    told = {name: getattr(dialect, name) for name in usual}
    return [f"{name}={text_of(each)}" for name, each in told.items() if each != usual[name]]


def _arrays(settings: Settings) -> FromFiles:
    parts = [_array(settings["path"], settings["input"])]
    if settings["target"] or settings["target_path"]:
        parts.append(_array(settings["target_path"] or settings["path"], settings["target"]))
    target_as = "" if settings["target_as"] == "auto" else settings["target_as"]
    call = _called("ArraySamples", *parts, axis=settings["axis"], target_as=target_as)
    return FromFiles(("arrays",), call)


def _array(path: str, name: str) -> str:
    """The expression that reads an array from a file."""
    told = text_of(path)
    try:
        begins = start(found(path), 16)
    except DataError:
        begins = b""
    if begins.startswith(b"\x93NUMPY") or path.endswith(".npy"):
        return f'np.load({told}, mmap_mode="r")'
    if begins.startswith(b"MATLAB") or path.endswith(".mat"):
        read = f"loadmat({told})"
    elif begins[8:9] == b"{" or path.endswith(".safetensors"):
        read = f"load_file({told})"
    else:
        read = f"np.load({told})"
    if name:
        return f"{read}[{text_of(name)}]"
    return f'next(each for key, each in {read}.items() if not key.startswith("__"))'


def _idx(settings: Settings) -> FromFiles:
    pair = (text_of(settings["images"]), text_of(settings["labels"]))
    return FromFiles(("idx",), f"IdxImages({', '.join(pair)})")


def _huggingface(settings: Settings) -> FromFiles:
    split = settings["split"]
    if (Path(settings["path"]) / "dataset_dict.json").is_file() is False and settings["path"]:
        split = ""
    call = _called("saved_samples", text_of(settings["path"]), split=split,
                   columns=settings["columns"])  # fmt: skip
    return FromFiles(("huggingface",), call)


FROM_FILES: Mapping[str, Callable[[Settings], FromFiles]] = {
    "Arrays": _arrays,
    "HuggingFace": _huggingface,
    "IDX": _idx,
    "ImageFolder": _class("images", "FolderImages", size=(), tensor=True),
    "JSONLines": _class("jsonlines", "JsonSamples", inputs=()),
    "Sounds": _class("sounds", "FolderSounds", sample_rate=0, length=0, mono=False),
    "Table": _table,
    "TextTable": _texts,
}
"""How each of these datasets is written, by its settings."""
