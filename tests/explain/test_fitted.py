"""What is said of a training."""

from __future__ import annotations

import math

from msgspec.structs import replace

from gradviz import i18n
from gradviz.explain.fitted import cells, headings, sentences
from gradviz.trace.epochs import Epoch, History

FIRST = Epoch(1, 10, 0.5, 0.8, 0.25, 0.9, 2.0)
SECOND = Epoch(2, 20, 0.1, 0.99, 0.3, 0.973, 2.0)
HISTORY = History((FIRST, SECOND), (0.1,) * 20, 200, 200, 0.1)


def test_how_good_it_is_and_when_it_was_better() -> None:
    assert sentences(HISTORY) == [
        "97.3 % of the 200 validation samples are right after epoch 2 "
        "(guessing the commonest class: 10.0 %).",
        "The validation loss was lowest after epoch 1: 0.25.",
    ]
    i18n.use("ko")
    assert "97.3 %" in sentences(HISTORY)[0]
    assert "검증" in sentences(HISTORY)[0]


def test_several_answers_a_sample() -> None:
    told = sentences(replace(HISTORY, judged=12800))
    assert told[0].startswith("97.3 % of the 12,800 answers on the 200 validation samples")


def test_without_accuracy_and_without_validation() -> None:
    plain = replace(FIRST, train_accuracy=None, validation_accuracy=None)
    told = sentences(replace(HISTORY, epochs=(plain,), guessing=None))
    assert told == ["The loss on the 200 validation samples is 0.25 after epoch 1."]
    told = sentences(History((replace(plain, validation_loss=None),), (0.1,)))
    assert told == ["The training loss is 0.5 after epoch 1; nothing was validated."]


def test_what_ended_it() -> None:
    broken = Epoch(2, 13, math.nan, 0.5, None, None, 1.0, whole=False)
    history = replace(
        HISTORY, epochs=(FIRST, broken), losses=(0.1,) * 12 + (math.nan,), ended="nan"
    )
    assert sentences(history) == [
        "90.0 % of the 200 validation samples are right after epoch 1 "
        "(guessing the commonest class: 10.0 %).",
        "The loss is NaN in iteration 12 (epoch 2): training ended there.",
    ]
    stopped = replace(history, epochs=(replace(broken, train_loss=0.1),), ended="interrupted")
    assert sentences(stopped) == ["Training was stopped in epoch 1, after 13 iterations in all."]
    assert sentences(History()) == []


def test_a_row_has_a_cell_for_each_heading() -> None:
    assert len(cells(FIRST)) == len(headings())
    assert cells(FIRST) == ["1", "10", "0.5", "80.0 %", "0.25", "90.0 %", "2.0 s"]
    assert cells(replace(FIRST, train_accuracy=None))[3] == ""
