"""The catalogues: nothing untranslated, nothing stale, every placeholder kept."""

from __future__ import annotations

import gettext
import importlib.util
import io
import re
import string
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from gradviz.resources import assets

FILES = sorted((assets() / "translations").glob("*/LC_MESSAGES/gradviz.po"))


@pytest.fixture(scope="module")
def update() -> ModuleType:
    file = assets() / "translations" / "update.py"
    spec = importlib.util.spec_from_file_location("update", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


def texts(compiled: IO[bytes]) -> dict[object, str]:
    catalogue: Any = gettext.GNUTranslations(compiled)  # type: ignore[arg-type]
    return {text: said for text, said in catalogue._catalog.items() if text}


def fields(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_there_is_korean() -> None:
    assert [file.parent.parent.name for file in FILES] == ["ko"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_a_catalogue_is_whole(file: Path, update: ModuleType) -> None:
    catalogue = read(file)
    texts = {message.id: message.string for message in catalogue if message.id}
    assert set(texts) == {message.id for message in update.collected() if message.id}
    assert [text for text, translated in texts.items() if not translated] == []
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []
    for text, translated in texts.items():
        assert fields(text) == fields(translated), text


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_the_compiled_catalogue_is_up_to_date(file: Path) -> None:
    """In its texts; the header names the version of Babel that wrote it."""
    stream = io.BytesIO()
    write_mo(stream, read(file))
    stream.seek(0)
    with file.with_suffix(".mo").open("rb") as compiled:
        assert texts(compiled) == texts(stream)


def test_no_text_is_glued_from_f_strings() -> None:
    """A translated text must be a plain literal, or the catalogue cannot know it."""
    root = Path(__file__).parent.parent / "gradviz"
    for file in root.rglob("*.py"):
        assert not re.search(r"\b(?:N_|_)\(f[\"']", file.read_text(encoding="utf-8")), file
