"""What stands on a block's card, and where its ports are."""

from __future__ import annotations

import pytest

from gradviz.render.blocks.blockcard import (
    PORT_ROOM,
    WIDTH,
    block_card,
    count_text,
    free_port,
)
from gradviz.render.blocks.kindcards import catalogue, composite_card, unknown
from gradviz.render.blocks.settingsline import fitted, settings_parts
from gradviz.spec.model import Block, Composite, Setting


@pytest.mark.parametrize(
    ("kind", "settings", "line"),
    [
        ("Linear", {"in_features": 400, "out_features": 120}, "400 → 120"),
        (
            "Conv2d",
            {"in_channels": 3, "out_channels": 64, "kernel_size": 7, "stride": 2, "bias": False},
            "3 → 64 · 7×7 · stride 2 · no bias",
        ),
        (
            "Conv2d",
            {"in_channels": "=channels", "out_channels": "=channels * 2", "kernel_size": [3, 1]},
            "channels → channels * 2 · 3×1",
        ),
        ("Conv1d", {"in_channels": 1, "out_channels": 2, "kernel_size": 5}, "1 → 2 · kernel 5"),
        ("Input", {"shape": [16], "dtype": "int64"}, "(16,) · dtype int64"),
        ("Mean", {"dim": [2, 3]}, "dim (2, 3)"),
        ("ReLU", {"inplace": True}, "inplace"),
        ("ReLU", {"inplace": False}, ""),
        ("Dropout", {"p": 0.1}, "0.1"),
        ("Expression", {"expression": "torch.tanh(a) * F.relu(b)"}, "tanh(a) * relu(b)"),
        ("Expression", {"expression": "torch.fft.fft(a).to(torch.int)"}, "fft.fft(a).to(int)"),
    ],
)
def test_settings_that_differ_from_their_defaults_are_told(
    kind: str, settings: dict[str, Setting], line: str
) -> None:
    parts = settings_parts(kind, settings, catalogue()[kind].defaults)
    assert " · ".join(parts) == line


def test_a_line_keeps_as_many_settings_as_have_room() -> None:
    parts = ("3 → 64", "7×7", "stride 2")
    assert fitted(parts, 1000, size=13) == "3 → 64 · 7×7 · stride 2"
    assert fitted(parts, 120, size=13) == "3 → 64 · 7×7 …"


def test_all_cards_are_equally_wide_so_that_columns_are_straight() -> None:
    widths = {
        block_card(Block("block", kind.name), kind).width
        for kind in catalogue().values()
        if len(kind.inputs) <= 5
    }
    assert widths == {WIDTH}


def test_a_card_has_its_height_before_its_shapes_are_known() -> None:
    for kind in catalogue().values():
        block = Block("block", kind.name, {"settings": 1})
        assert block_card(block, kind).height == block_card(block, kind, count=7).height


def test_ports_are_spread_over_both_borders() -> None:
    card = block_card(Block("attention", "MultiheadAttention"), catalogue()["MultiheadAttention"])
    ports = [card.port("in", place) for place in range(len(card.inputs))]
    assert card.inputs == ("query", "key", "value")
    assert [x for x, _ in ports] == [WIDTH / 6, WIDTH / 2, WIDTH * 5 / 6]
    assert {y for _, y in ports} == {0.0}
    assert card.port("out", 0)[1] == card.height


def test_a_block_that_takes_any_number_has_one_free_port() -> None:
    kind = catalogue()["Concat"]
    assert block_card(Block("concat", "Concat"), kind).inputs == ("a",)
    assert block_card(Block("concat", "Concat"), kind, taken=["b", "a"]).inputs == ("a", "b", "c")
    many = [free_port(())]
    while len(many) < 30:
        many.append(free_port(many))
    assert many[25:28] == ["z", "aa", "ab"]
    card = block_card(Block("concat", "Concat"), kind, taken=many)
    assert card.inputs[-1] == "ae"
    assert card.width == 31 * PORT_ROOM


def test_a_composite_has_its_ends_as_ports() -> None:
    blocks = Block("x", "Input"), Block("skip", "Input"), Block("y", "Output")
    kind = composite_card(Composite(name="Up", blocks=blocks, parameters={"channels": 8}))
    card = block_card(Block("up", "Up", {"channels": 16}, repeat=3, shared=True), kind)
    assert (card.inputs, card.outputs) == (("x", "skip"), ("y",))
    assert card.settings == ("channels 16",)
    assert card.marks == ("× 3",)
    assert card.many


def test_a_kind_that_nobody_knows_can_be_connected_all_the_same() -> None:
    card = block_card(Block("what", "Nonsense"), unknown("Nonsense"))
    assert (card.sort, card.inputs, card.outputs) == ("unknown", ("x",), ("y",))


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (2416, "2,416"), (999_999, "999,999"), (2_099_712, "2.1 M"), (8e9, "8000 M")],
)
def test_counts_are_short(count: int, text: str) -> None:
    assert count_text(int(count)) == text


def test_what_is_shared_is_said_in_place_of_settings() -> None:
    kind = catalogue()["Linear"]
    again = block_card(Block("again", "Linear", {"in_features": 4}, same="first"), kind, count=0)
    assert (again.settings, again.shared) == (("= first",), True)
    settings: dict[str, Setting] = {"in_features": 4, "out_features": 7, "bias": False}
    ties = {"weight": "tokens.weight", "bias": "other.shift"}
    tied = block_card(Block("head", "Linear", settings, tied=ties), kind)
    assert tied.settings == ("4 → 7", "weight = tokens", "bias = other.shift", "no bias")
    assert not block_card(Block("head", "Linear", settings), kind).shared
