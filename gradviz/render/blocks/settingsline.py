"""A block's settings as one short line: ``3 → 64 · kernel 7 · stride 2 · no bias``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gradviz.render import fonts
from gradviz.spec.model import Setting

PAIRS = (
    ("in_features", "out_features"),
    ("in_channels", "out_channels"),
    ("num_embeddings", "embedding_dim"),
    ("input_size", "hidden_size"),
    ("inputs", "channels"),
    ("inputs", "width"),
)
"""What comes in and what comes out, written as one."""
ALONE = {"num_features", "num_channels", "normalized_shape", "shape", "embed_dim", "d_model", "p"}
"""Settings that need no name beside their value."""
SPACE = {"1d": 1, "2d": 2, "3d": 3}
"""How many dimensions a kind's filters have, by the end of its name."""
EXPRESSION = "expression"
"""The setting that is a formula over what comes in."""
HOMES = re.compile(r"\b(?:torch\.nn\.functional|torch|F|math)\.(?=[a-z])")
"""Where a formula's functions are found, which a card need not say."""
SHORT = {
    "kernel_size": "kernel",
    "output_size": "to",
    "num_heads": "heads",
    "num_layers": "layers",
    "padding_mode": "padding",
    "negative_slope": "slope",
    "batch_first": "batch first",
}


def settings_parts(
    kind: str, settings: Mapping[str, Setting], defaults: Mapping[str, Setting]
) -> tuple[str, ...]:
    """The settings that differ from their defaults, each as a card writes it."""
    rest = {name: each for name, each in settings.items() if not _same(name, each, defaults)}
    parts = []
    for one, other in PAIRS:
        if one in rest and other in rest:
            parts.append(f"{value_text(rest.pop(one))} → {value_text(rest.pop(other))}")
    for name, value in rest.items():
        label = SHORT.get(name, name.replace("_", " "))
        if name == EXPRESSION:
            parts.append(HOMES.sub("", value_text(value)))
        elif value is True:
            parts.append(label)
        elif value is False:
            parts.append(f"no {label}")
        elif name == "kernel_size" and SPACE.get(kind[-2:], 1) > 1 and not isinstance(value, str):
            sizes = value if isinstance(value, list) else [value] * SPACE[kind[-2:]]
            parts.append("×".join(map(value_text, sizes)))
        elif name in ALONE or value == f"={name}":
            parts.append(value_text(value))
        else:
            parts.append(f"{label} {value_text(value)}")
    return tuple(parts)


def fitted(parts: Sequence[str], room: float, *, size: float) -> str:
    """As many of them as there is room for, on one line."""
    whole = " · ".join(parts)
    for kept in range(len(parts), 0, -1):
        text = " · ".join(parts[:kept]) + (" …" if kept < len(parts) else "")
        if fonts.width(text, size=size) <= room:
            return text
    return fonts.elided(whole, room, size=size)


def value_text(value: Setting) -> str:
    """A setting as a card writes it; a formula without the sign in front."""
    if isinstance(value, list | tuple):
        return f"({', '.join(map(value_text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    return text[1:].strip() if text.startswith("=") else text


def _same(name: str, value: Setting, defaults: Mapping[str, Setting]) -> bool:
    return name in defaults and (value, type(value)) == (defaults[name], type(defaults[name]))
