"""What the user has chosen for every project."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradviz.settings import VARIABLE, Settings, file_of_settings, read_settings, write_settings


def test_settings_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "new" / "settings.json"
    chosen = Settings(theme="dark", language="ko")
    assert write_settings(chosen, file)
    assert read_settings(file) == chosen
    assert [each.name for each in file.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"theme": "pink"}', '{"language": 3}', "\udcff"])
def test_what_cannot_be_read_is_as_at_the_first_start(text: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_settings(file) == Settings()


def test_what_a_later_version_knows_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"theme": "dark", "later": 1}', "utf-8")
    assert read_settings(file).theme == "dark"


def test_a_place_that_cannot_be_written_spoils_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not write_settings(Settings(), tmp_path / "file" / "settings.json")
    assert not write_settings(Settings(), None)
    assert read_settings(None) == Settings()


def test_where_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "mine.json"))
    assert file_of_settings() == tmp_path / "mine.json"
    monkeypatch.setenv(VARIABLE, "")
    assert file_of_settings() is None
    monkeypatch.delenv(VARIABLE)
    named = file_of_settings()
    assert named is not None
    assert named.name == "settings.json"
