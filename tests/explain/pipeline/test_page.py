"""What is said about the batch of the cursor's iteration."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from gradviz.engine.session.session import Session
from gradviz.explain.pipeline.page import GONE, loader_page, short_text
from gradviz.spec.codec import load
from gradviz.trace.events import BatchFetched, LossComputed


@pytest.fixture
def session(examples: Path) -> Session:
    session = Session.from_project(load(examples / "letters_cnn.gradviz"))
    session.run_iteration()
    return session


def to_the_loss(session: Session) -> None:
    while not isinstance(session.event, LossComputed):
        session.step()


def test_outcomes_come_with_the_loss_and_go_when_one_steps_back(session: Session) -> None:
    to_the_loss(session)
    page = loader_page(session)
    assert all(sample.outcome is not None for sample in page.samples)
    session.back()
    assert all(sample.outcome is None for sample in loader_page(session).samples)


def test_losses_and_predictions_are_those_of_plain_torch(session: Session) -> None:
    plain = Session.from_project(session_project(session))
    to_the_loss(session)
    page = loader_page(session)
    torch.manual_seed(0)
    batch = plain.loop.fetch()
    output = plain.model(*batch.inputs)
    losses = F.cross_entropy(output, batch.target, reduction="none")
    assert [s.outcome.loss for s in page.samples if s.outcome] == losses.tolist()
    guesses = output.argmax(1).tolist()
    assert [s.outcome.prediction for s in page.samples if s.outcome] == guesses
    assert [s.wrong for s in page.samples] == (output.argmax(1) != batch.target).tolist()
    assert [s.label for s in page.samples] == ["ABCDEFGHIJ"[t] for t in batch.target.tolist()]


def session_project(session: Session):  # type: ignore[no-untyped-def]
    from gradviz.resources import assets

    return load(assets() / "examples" / "letters_cnn.gradviz")


def test_the_page_is_of_the_iteration_under_the_cursor(session: Session) -> None:
    session.goto(iteration=2, event=0)
    third = loader_page(session)
    session.goto(iteration=0, event=0)
    first = loader_page(session)
    assert (first.iteration, first.batch, third.batch) == (0, 0, 2)
    steps = session.batch_steps(0)
    assert steps is not None
    assert tuple(s.index for s in first.samples) == steps.indices
    assert {s.index for s in first.samples}.isdisjoint({s.index for s in third.samples})


def test_a_batch_whose_way_is_no_longer_kept_still_shows_its_samples(session: Session) -> None:
    session.goto(iteration=6, event=0)
    session.goto(iteration=0, event=0)
    page = loader_page(session)
    assert page.why == GONE
    assert page.steps == ()
    assert len(page.samples) == 16
    assert all(sample.tiles for sample in page.samples)
    assert all(sample.index is not None for sample in page.samples)
    to_the_loss(session)
    assert all(sample.outcome for sample in loader_page(session).samples)


def test_after_an_edit_the_outcomes_are_those_of_the_replay(session: Session) -> None:
    from gradviz import ValueEdit

    to_the_loss(session)
    before = [s.outcome.loss for s in loader_page(session).samples if s.outcome]
    session.edit(ValueEdit("input", "scale", 0.5))
    after = [s.outcome.loss for s in loader_page(session).samples if s.outcome]
    event = next(e for e in session.trace.events if isinstance(e, LossComputed))
    mean = torch.tensor(after).mean()
    assert before != after
    assert torch.allclose(mean, session.trace.value(event.value), rtol=1e-5)
    assert any(isinstance(e, BatchFetched) for e in session.trace.events)


def test_two_inputs_are_told_side_by_side(examples: Path) -> None:
    session = Session.from_project(load(examples / "siamese.gradviz"))
    session.run_iteration()
    session.goto(event=0)
    page = loader_page(session)
    assert all(sample.text.count(" | ") == 1 for sample in page.samples)


def test_a_sample_in_a_few_words() -> None:
    assert short_text({"text": "hello", "label": 1}) == "hello"
    assert short_text((torch.tensor([1.0, 2.5]), 1)) == "1, 2.5"
    assert short_text(torch.arange(9)) == "0, 1, 2, 3 …"
    assert short_text(3) == ""
    assert len(short_text("x" * 999)) == 60
    assert short_text((torch.eye(2).to_sparse(), 1)) == ""
    assert short_text(torch.ones(2, device="meta")) == ""
