"""Moving pictures, numbered pictures and sheets of moments."""

from __future__ import annotations

import importlib.util
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from PIL import Image

import gradviz
from gradviz.errors import GradvizError, TraceError, UsageError
from gradviz.render.drawing import Text, flat
from gradviz.render.pages.slide import slide_of
from gradviz.render.play import SUFFIXES, play
from gradviz.render.render import picture, render
from gradviz.render.theme import DARK
from gradviz.render.write import animation, film
from gradviz.render.write.film import moments
from gradviz.render.write.palette import rgb
from gradviz.trace.trace import Trace

SMALL = "400x300"
IMAGES = tuple(suffix for suffix in SUFFIXES if suffix not in (".mp4", ".html"))


@pytest.mark.parametrize("suffix", IMAGES)
def test_a_film_has_a_picture_an_event_and_holds_the_last(
    moons: Trace, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"film{suffix}"
    played = play(moons, file, size=SMALL, first="0/backward:1", last="0/backward:end", fps=4)
    assert played.files == (file,)
    with Image.open(file) as image:
        assert image.size == (400, 300)
        assert image.n_frames == played.pictures == 11  # type: ignore[attr-defined]
        shown = []
        for place in range(11):
            image.seek(place)
            image.load()
            shown.append(image.info["duration"])
        assert shown == [250] * 10 + [2000]
        assert image.info["loop"] == 0


@pytest.mark.parametrize("suffix", IMAGES)
def test_the_same_film_gives_the_same_bytes(moons: Trace, tmp_path: Path, suffix: str) -> None:
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        play(moons, file, size=SMALL, first="0/step:1", last="0/step:3")
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("suffix", IMAGES)
def test_flat_colours_stay_exact(moons: Trace, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"film{suffix}"
    play(moons, file, size=SMALL, first="0/step:1", last="0/step:2", theme="dark")
    with Image.open(file) as image:
        for place in range(2):
            image.seek(place)
            colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or ()}
            assert image.convert("RGB").getpixel((3, 297)) == rgb(DARK.background)
            assert {rgb(DARK.cursor), rgb(DARK.leaf_fill), rgb(DARK.gradient_fill)} <= colours


def test_a_picture_of_a_film_is_that_of_its_moment(moons: Trace, tmp_path: Path) -> None:
    play(moons, tmp_path / "film.webp", size=SMALL, first="0/backward:2", last="0/backward:3")
    with Image.open(tmp_path / "film.webp") as image:
        image.seek(1)
        frame = image.convert("RGB")
    at = picture(moons, at="0/backward:3", slide=slide_of(SMALL))
    assert frame.tobytes() == animation.pixels(at, 1.0).tobytes()


def test_rendering_a_film_is_playing_the_iteration(moons: Trace, tmp_path: Path) -> None:
    assert render(moons, tmp_path / "a.gif", size="320x240") is None
    gradviz.play(moons, tmp_path / "b.gif", size="320x240")
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_moments_of_an_iteration(moons: Trace) -> None:
    half = len(moons.events) // 2
    assert moments(moons) == tuple(range(half, 2 * half))
    assert moments(moons, first="0/start", last="0/end") == tuple(range(-1, half))
    assert moments(moons, first=3, last=10, every=3) == (3, 4, 7, 10)
    assert moments(moons, first=5, last=5) == (5,)


def test_a_long_film_leaves_out_events_and_says_so(
    moons: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "MOST", 10)
    played = play(moons, tmp_path / "film.gif", size="320x240", first="0/start")
    assert played.pictures <= 11
    assert re.search(rf"{played.pictures} of {len(moons.events) + 1} moments", played.note)


def test_each_event_into_a_numbered_file(moons: Trace, tmp_path: Path) -> None:
    played = play(moons, tmp_path / "new" / "steps" / "{}.svg", first="0/start", last="0/end")
    count = len(moons.events) // 2
    assert [file.name for file in played.files] == [f"{n:02d}.svg" for n in range(count)]
    assert sorted((tmp_path / "new" / "steps").iterdir()) == [*played.files]
    render(moons, tmp_path / "one.svg", at="0/17")
    assert played.files[17].read_bytes() == (tmp_path / "one.svg").read_bytes()


@pytest.mark.parametrize(
    ("name", "first"),
    [("s-{}-{{x.png", "s-3-{{x.png"), ("{:03d}.png", "003.png"), ("{:02}.pdf", "03.pdf")],
)
def test_the_number_has_the_digits_that_are_asked_for(
    moons: Trace, tmp_path: Path, name: str, first: str
) -> None:
    played = play(moons, tmp_path / name, first=3, last=4, size="320x240")
    assert played.files[0].name == first


def test_numbered_files_are_written_all_or_none(
    moons: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gradviz.render import render as rendering

    def full(drawing: object, path: Path, *, scale: float) -> None:
        if any(path.parent.iterdir()):
            raise OSError("No space left on device")
        path.write_text("x")

    monkeypatch.setitem(rendering.PICTURES, ".svg", full)
    with pytest.raises(GradvizError, match="cannot be written"):
        play(moons, tmp_path / "{}.svg")
    assert list(tmp_path.iterdir()) == []


def test_several_moments_stand_on_one_sheet(moons: Trace, tmp_path: Path) -> None:
    at = ["0/forward:end", "0/backward:half", "0/end"]
    drawing = render(moons, tmp_path / "sheet.svg", at=at, size="1920x1080", footer=True, seed=7)
    assert drawing is not None
    words = [item.text for item in flat(drawing.items) if isinstance(item, Text)]
    assert set(at) <= set(words)
    assert words.count("fc1.weight") >= 3
    assert f"seed 7 · torch {version('torch')} · gradviz {gradviz.__version__}" in words
    assert "px high" in drawing.note
    assert drawing.width * drawing.unit == pytest.approx(1920)
    natural = render(moons, tmp_path / "natural.svg", at=at)
    assert natural is not None
    one = picture(moons, at=at[0])
    assert natural.width > 2 * one.width


def test_the_stamp_is_there_on_request_alone(moons: Trace, tmp_path: Path) -> None:
    for size in (None, "1280x720"):
        for at in (None, "end"):
            stamped = render(moons, tmp_path / "a.svg", at=at, size=size, footer=True)
            plain = render(moons, tmp_path / "a.svg", at=at, size=size)
            assert stamped is not None
            assert plain is not None
            words = [item.text for item in flat(stamped.items) if isinstance(item, Text)]
            assert sum("torch" in word for word in words) == 1
            assert not any(
                "torch" in item.text for item in flat(plain.items) if isinstance(item, Text)
            )


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("a.bmp", {}, "gif, .apng"),
        ("a.svg", {}, "steps/{}.svg"),
        ("{}.gif", {}, "moving picture"),
        ("a.gif", {"fps": 0}, "fps"),
        ("a.gif", {"fps": float("nan")}, "fps"),
        ("a.gif", {"first": "end", "last": "0/start"}, "comes after"),
        ("a.gif", {"first": "noon"}, "no moment"),
        ("a.gif", {"every": 0}, "every"),
        ("a.gif", {"size": "big"}, "no size"),
        ("a.gif", {"scale": -1}, "scale"),
        ("a.gif", {"scale": 90, "size": "7680x4320"}, "too many"),
        ("a.gif", {"theme": "sepia"}, "light, dark, print"),
        ("no/such/a.gif", {"first": "end"}, "cannot be written"),
    ],
)
def test_what_cannot_be_played_is_refused(
    moons: Trace, tmp_path: Path, name: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(GradvizError, match=said):
        play(moons, tmp_path / name, **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_film_has_no_single_moment(moons: Trace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="all moments"):
        render(moons, tmp_path / "a.gif", at="end")
    with pytest.raises(UsageError, match="DOT"):
        render(moons, tmp_path / "a.dot", at=["start", "end"])
    with pytest.raises(UsageError, match="no moments"):
        render(moons, tmp_path / "a.svg", at=[])
    with pytest.raises(GradvizError, match=r"gradviz\.record"):
        render(moons.graphs[0], tmp_path / "a.gif")


def test_a_trace_without_backward_is_no_film(tmp_path: Path) -> None:
    with gradviz.record() as trace:
        torch.ones(2, requires_grad=True).sum()
    with pytest.raises(TraceError, match="backward"):
        play(trace, tmp_path / "a.gif")


def test_mp4_without_its_extra_says_how_to_get_it(
    moons: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'gradviz\[video\]'"):
        play(moons, tmp_path / "a.mp4", first="end")
    assert list(tmp_path.iterdir()) == []


def test_mp4_is_a_film_of_even_sides(moons: Trace, tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg")
    for name in "ab":
        play(moons, tmp_path / f"{name}.mp4", size="321x241", first="0/step:1", fps=5)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    read = ffmpeg.read_frames(str(tmp_path / "a.mp4"))
    assert next(read)["size"] == (322, 242)
