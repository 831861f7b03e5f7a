from __future__ import annotations

import pytest

from gradviz.errors import UsageError
from gradviz.render.theme import THEMES, Theme, contrast, text_on, theme_named
from gradviz.trace.events import PHASES

TEXTS = [
    *((ink, ground) for ink in ("text", "muted") for ground in ("background", "window", "panel")),
    *(
        (ink, f"{role}_fill")
        for ink in ("text", "muted")
        for role in ("leaf", "function", "output")
    ),
    ("frame_text", "frame_tab"),
    ("ahead_text", "ahead_fill"),
    ("gradient", "gradient_fill"),
    ("updated", "leaf_fill"),
    ("zero_text", "zero"),
    ("bad_text", "bad_fill"),
    ("accent_text", "accent"),
    ("error", "panel"),
]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXTS)
def test_texts_can_be_read(theme: Theme, ink: str, ground: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_each_phase_has_a_colour_that_takes_text(theme: Theme) -> None:
    assert set(theme.phases) == set(PHASES)
    assert all(contrast(text_on(colour), colour) >= 4.5 for colour in theme.phases.values())


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_an_unknown_theme_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"sepia.*light, dark, print"):
        theme_named("sepia")
