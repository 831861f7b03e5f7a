"""The plot of a training: its curves, names, marks, and the odd cases."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

import gradviz
from gradviz import i18n
from gradviz.errors import UsageError
from gradviz.render import fonts
from gradviz.render.drawing import Box, Curve, Drawing, Text, flat
from gradviz.render.plots.training import training_plot
from gradviz.render.theme import DARK, LIGHT, PRINT
from gradviz.trace.epochs import Epoch, History


def made(
    count: int, *, per: int = 30, accuracy: bool = True, scale: float = 1.0, kept: bool = True
) -> History:
    """A training that overfits: validation is best in the middle."""
    epochs, losses = [], []
    for number in range(1, count + 1):
        ran = [scale * (2 / number + 0.1 * math.sin(i)) for i in range(per)]
        losses += ran
        validation = scale * (2 / number + 0.03 * number) if kept else None
        epochs.append(
            Epoch(
                epoch=number,
                iterations=len(losses),
                train_loss=sum(ran) / per,
                train_accuracy=1 - 0.5 / number if accuracy else None,
                validation_loss=validation,
                validation_accuracy=0.95 - 0.4 / number if accuracy and kept else None,
                seconds=1.0,
            )
        )
    guessing = 0.1 if accuracy and kept else None
    return History(tuple(epochs), tuple(losses), 200 if kept else 0, 200, guessing)


def texts(drawing: Drawing) -> list[str]:
    return [item.text for item in flat(drawing.items) if isinstance(item, Text)]


def finite(drawing: Drawing) -> bool:
    for item in flat(drawing.items):
        numbers = (
            [x for p in item.points for x in p] if isinstance(item, Curve) else [item.x, item.y]
        )
        if not all(math.isfinite(number) for number in numbers):
            return False
    return True


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    """Pairs of texts that stand in each other."""
    places = []
    for item in flat(drawing.items):
        if isinstance(item, Text):
            wide = fonts.width(item.text, size=item.size, bold=item.bold)
            left = item.x - {"start": 0, "middle": wide / 2, "end": wide}[item.anchor]
            places.append((item.text, left, left + wide, item.y - 0.75 * item.size, item.y))
    return [
        (a[0], b[0])
        for i, a in enumerate(places)
        for b in places[i + 1 :]
        if a[1] < b[2] and b[1] < a[2] and a[3] < b[4] and b[3] < a[4]
    ]


INF = made(5)
INF = replace(
    INF,
    epochs=(
        *INF.epochs[:2],
        replace(INF.epochs[2], train_loss=math.inf, validation_loss=math.nan),
        *INF.epochs[3:],
    ),
    losses=(*INF.losses[:70], math.inf, *INF.losses[71:]),
)
BROKEN = made(4)
BROKEN = replace(
    BROKEN,
    epochs=(
        *BROKEN.epochs[:3],
        Epoch(4, 100, math.nan, 0.5, None, None, 1.0, whole=False),
    ),
    losses=(*BROKEN.losses[:99], math.nan),
    ended="nan",
)
CASES = {
    "one": made(1),
    "five": made(5),
    "long": made(200, per=5),
    "regression": made(6, accuracy=False),
    "tiny": made(6, accuracy=False, scale=1e-9),
    "huge": made(6, scale=1e12),
    "zero": made(3, scale=0.0),
    "not validated": made(4, kept=False),
    "infinite": INF,
    "broken off": BROKEN,
    "nothing finite": History(
        (Epoch(1, 1, math.nan, None, None, None, 0.1, whole=False),), (math.nan,), ended="nan"
    ),
    "one iteration": made(1, per=1),
}


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("name", CASES)
def test_nothing_leaves_the_page_or_stands_in_another(name: str, lang: str) -> None:
    i18n.use(lang)
    drawing = training_plot(CASES[name], LIGHT, title="Letters CNN", said=["One.", "Two. " * 60])
    assert finite(drawing)
    assert overlaps(drawing) == []
    for item in flat(drawing.items):
        if isinstance(item, Text):
            wide = fonts.width(item.text, size=item.size, bold=item.bold)
            left = item.x - {"start": 0, "middle": wide / 2, "end": wide}[item.anchor]
            assert left >= 0
            assert left + wide <= drawing.width
            assert 0 < item.y < drawing.height
            assert item.size >= 14


def test_curves_are_named_where_they_end_and_the_best_epoch_is_marked() -> None:
    said = texts(training_plot(made(12), LIGHT))
    assert said.count("training") == said.count("validation") == 2
    assert "guessing" in said
    assert "10 %" in said
    assert f"lowest validation loss: epoch {made(12).best.epoch}" in said
    assert "epoch (iterations in each: 30)" in said
    assert any(each.startswith("loss") for each in said)
    assert "accuracy" in said


def test_means_of_training_stand_in_the_middle_of_their_epoch() -> None:
    drawing = training_plot(made(4), LIGHT)
    marks = [item for item in flat(drawing.items) if isinstance(item, Box) and item.hint]
    at = {mark.hint.rpartition(" ")[0]: mark.x for mark in reversed(marks)}
    first, end, following = (
        at[f"epoch {name}"] for name in ("1: training", "1: validation", "2: training")
    )
    assert end - first == pytest.approx(following - end)


def test_losses_over_decades_get_a_logarithmic_axis() -> None:
    assert any("log scale" in text for text in texts(training_plot(made(200), LIGHT)))
    assert not any("log scale" in text for text in texts(training_plot(made(3), LIGHT)))


def test_many_iterations_are_averaged_and_that_is_said() -> None:
    drawing = training_plot(made(6, per=400), LIGHT)
    assert any("means of 16 iterations" in text for text in texts(drawing))
    assert sum(len(i.points) for i in flat(drawing.items) if isinstance(i, Curve)) < 2000


def test_without_accuracy_there_is_one_plot() -> None:
    drawing = training_plot(made(6, accuracy=False), LIGHT)
    assert "accuracy" not in texts(drawing)
    assert drawing.height < training_plot(made(6), LIGHT).height


def test_the_iteration_of_a_nan_is_named() -> None:
    assert "NaN in iteration 99" in texts(training_plot(BROKEN, LIGHT))
    assert "NaN" in texts(training_plot(BROKEN, LIGHT))


def test_themes_differ_and_print_has_no_colour() -> None:
    grounds = {training_plot(made(3), theme).background for theme in (LIGHT, DARK)}
    assert len(grounds) == 2
    for item in flat(training_plot(made(3), PRINT).items):
        colour = item.stroke if isinstance(item, Curve) else getattr(item, "colour", "#000000")
        assert colour[1:3] == colour[3:5] == colour[5:7]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_files_are_written_the_same_each_time(tmp_path: Path, ending: str) -> None:
    for name in ("a", "b"):
        gradviz.plot(made(3), tmp_path / f"{name}.{ending}", title="Letters", lang="ko")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    assert i18n.language() == "en"
    if ending == "svg":
        root = ElementTree.parse(tmp_path / "a.svg").getroot()
        assert "검증" in "".join(root.itertext())
        assert root.get("aria-label", "").startswith("Letters: ")


def test_what_cannot_be_plotted_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no epoch has begun"):
        gradviz.plot(History(), tmp_path / "a.svg")
    with pytest.raises(UsageError, match="no kind of picture"):
        gradviz.plot(made(2), tmp_path / "a.gif")
    with pytest.raises(UsageError, match="history"):
        gradviz.plot([1, 2], tmp_path / "a.svg")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="theme"):
        gradviz.plot(made(2), tmp_path / "a.svg", theme="pink")
    assert list(tmp_path.iterdir()) == []
