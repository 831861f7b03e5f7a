"""Colour themes as data: one table for the window and for every picture.

Roles follow torchviz, which most learners have met: leaf light blue, function grey, saved tensor
orange, output green. Gradients are reddish purple, so that pure red is left for errors. Phases take
the Okabe-Ito colours, which people with any colour vision tell apart. No colour is a cue alone.
"""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import fields, replace

from gradviz.errors import UsageError
from gradviz.i18n import N_
from gradviz.trace.events import Phase


class Theme(Struct, frozen=True, kw_only=True, eq=False):
    """Colours as ``#rrggbb``. Texts on their grounds have a contrast of 4.5:1 or more.

    ``*_fill`` are grounds and ``*_line`` outlines. ``ahead_*`` is what the cursor has not reached,
    ``cursor`` the outline of what it stands on, ``gradient`` a gradient's text and
    ``gradient_line`` its arrow, ``updated`` a parameter that the optimizer has moved.
    """

    name: str
    dark: bool

    background: str
    text: str
    muted: str
    leaf_fill: str
    leaf_line: str
    function_fill: str
    function_line: str
    output_fill: str
    output_line: str
    saved_fill: str
    saved_line: str
    frame_fill: str
    frame_line: str
    frame_tab: str
    frame_text: str
    edge: str
    ahead_fill: str
    ahead_line: str
    ahead_text: str
    cursor: str
    gradient: str
    gradient_line: str
    gradient_fill: str
    updated: str
    none: str
    zero: str
    zero_text: str
    bad_fill: str
    bad_text: str
    error: str

    window: str
    panel: str
    field: str
    border: str
    accent: str
    accent_text: str
    positive: str
    negative: str
    phases: dict[Phase, str]


_OKABE_ITO: dict[Phase, str] = {
    "data": "#56b4e9",
    "zero_grad": "#a3a8ae",
    "forward": "#0072b2",
    "loss": "#009e73",
    "backward": "#cc79a7",
    "step": "#e69f00",
}

LIGHT = Theme(
    name="light",
    dark=False,
    background="#ffffff",
    text="#17202c",
    muted="#4d5766",
    leaf_fill="#d3e9fa",
    leaf_line="#2a7ab8",
    function_fill="#e9ebee",
    function_line="#6d7683",
    output_fill="#cdeed3",
    output_line="#1b8048",
    saved_fill="#ffdca8",
    saved_line="#b56a00",
    frame_fill="#f7f8fa",
    frame_line="#c3cad3",
    frame_tab="#e2e7ed",
    frame_text="#4a5463",
    edge="#465060",
    ahead_fill="#ffffff",
    ahead_line="#98a2af",
    ahead_text="#69727f",
    cursor="#c25500",
    gradient="#8f2a66",
    gradient_line="#b8508c",
    gradient_fill="#f8e6f0",
    updated="#8f4c00",
    none="#a3abb6",
    zero="#d5d9df",
    zero_text="#2b3440",
    bad_fill="#000000",
    bad_text="#ffffff",
    error="#c40000",
    window="#f2f4f7",
    panel="#ffffff",
    field="#ffffff",
    border="#c9d0d9",
    accent="#0b62b5",
    accent_text="#ffffff",
    positive="#0072b2",
    negative="#d55e00",
    phases=_OKABE_ITO,
)

DARK = Theme(
    name="dark",
    dark=True,
    background="#15191f",
    text="#eef2f7",
    muted="#b3bdca",
    leaf_fill="#163c5a",
    leaf_line="#5fb0ea",
    function_fill="#333b47",
    function_line="#8d98a8",
    output_fill="#17492b",
    output_line="#58c27e",
    saved_fill="#573a0c",
    saved_line="#f0ae4a",
    frame_fill="#1c222a",
    frame_line="#465160",
    frame_tab="#323c49",
    frame_text="#b9c3d0",
    edge="#b4becb",
    ahead_fill="#15191f",
    ahead_line="#566171",
    ahead_text="#94a0b0",
    cursor="#ffb020",
    gradient="#f5b3d6",
    gradient_line="#e08bbb",
    gradient_fill="#4a2239",
    updated="#ffc266",
    none="#6f7b8b",
    zero="#4b5563",
    zero_text="#f1f4f8",
    bad_fill="#000000",
    bad_text="#ffffff",
    error="#ff6b6b",
    window="#15191f",
    panel="#1c222a",
    field="#11151a",
    border="#3b4553",
    accent="#5fb0ea",
    accent_text="#0c1116",
    positive="#56b4e9",
    negative="#f08a3c",
    phases={**_OKABE_ITO, "forward": "#3d9bdc", "loss": "#1fbf90"},
)

PRINT = Theme(
    name="print",
    dark=False,
    background="#ffffff",
    text="#000000",
    muted="#333333",
    leaf_fill="#ffffff",
    leaf_line="#000000",
    function_fill="#ffffff",
    function_line="#000000",
    output_fill="#e6e6e6",
    output_line="#000000",
    saved_fill="#ffffff",
    saved_line="#000000",
    frame_fill="#ffffff",
    frame_line="#808080",
    frame_tab="#ffffff",
    frame_text="#000000",
    edge="#000000",
    ahead_fill="#ffffff",
    ahead_line="#999999",
    ahead_text="#666666",
    cursor="#000000",
    gradient="#000000",
    gradient_line="#757575",
    gradient_fill="#ffffff",
    updated="#000000",
    none="#808080",
    zero="#e6e6e6",
    zero_text="#000000",
    bad_fill="#000000",
    bad_text="#ffffff",
    error="#000000",
    window="#ffffff",
    panel="#ffffff",
    field="#ffffff",
    border="#808080",
    accent="#000000",
    accent_text="#ffffff",
    positive="#000000",
    negative="#808080",
    phases=dict.fromkeys(_OKABE_ITO, "#d9d9d9"),
)

THEMES = {theme.name: theme for theme in (LIGHT, DARK, PRINT)}
AUTO = "auto"
"""What the reader's system has, where that can be asked: in a page. Else light."""


def css(theme: Theme) -> dict[str, str]:
    """The theme's colours by the names of the CSS variables that `VARIABLES` asks for."""
    return {
        field.name: value
        for field in fields(Theme)
        if isinstance(value := getattr(theme, field.name), str) and field.name != "name"
    }


VARIABLES = replace(LIGHT, **{name: f"var(--{name})" for name in css(LIGHT)})
"""What is drawn in it takes its colours from the page that it is in."""


def theme_named(name: str) -> Theme:
    """The theme of that name; raises `UsageError` that lists the names."""
    if name == AUTO:
        return LIGHT
    if name not in THEMES:
        raise UsageError(
            N_("there is no theme “{name}”"),
            where="theme",
            mend=N_("take one of {known}"),
            name=name,
            known=", ".join((*THEMES, AUTO)),
        )
    return THEMES[name]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=1024)
def text_on(ground: str) -> str:
    """Black or white, whichever is read better on the ground."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


def _luminance(colour: str) -> float:
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
