"""The steps of a batch, in their order and in words."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from gradviz import i18n
from gradviz.data.pipeline.loadererror import LoaderError
from gradviz.data.pipeline.steps import BatchSteps
from gradviz.data.pipeline.watch import watch_loader
from gradviz.data.previews.context import context_of
from gradviz.data.previews.kinds import ImageGrid
from gradviz.data.transformed import Compose, Transformed
from gradviz.data.transforms.normalize import Normalize
from gradviz.explain.pipeline.contents import content_text, contents_text
from gradviz.explain.pipeline.detail import step_detail
from gradviz.explain.pipeline.steps import STAGES, Step, steps_of, values_of
from gradviz.explain.pipeline.words import reason, sentence, title
from gradviz.trace.pipeline import Content
from tests.data.pipeline.corpus import LOADERS, Rows


def doubled(value: Any) -> Any:
    return value * 2


def shifted(value: Any) -> Any:
    return value + 1


def transformed(count: int = 6) -> BatchSteps:
    rows = Rows(lambda index: (torch.full((2,), float(index)), index), count)
    samples = Transformed(rows, Compose([doubled, shifted]), None)
    torch.manual_seed(3)
    pipeline = watch_loader(DataLoader(samples, batch_size=3, shuffle=True))
    next(iter(pipeline))
    return pipeline.batch


def failing(make: Any) -> LoaderError:
    with pytest.raises(LoaderError) as caught:
        list(watch_loader(DataLoader(Rows(make), batch_size=4)))
    return caught.value


def of_sample(steps: tuple[Step, ...], place: int) -> list[Step]:
    return [step for step in steps if step.place == place]


def test_a_sample_goes_from_its_index_over_raw_and_each_transform_to_its_place() -> None:
    way = transformed()
    steps = steps_of(way)
    assert [step.number for step in steps] == list(range(len(steps)))
    index = way.indices[1]
    mine = of_sample(steps, 1)
    assert {step.index for step in mine} == {index}
    assert [(step.stage, step.kind) for step in mine] == [
        ("sampler", "event"),
        ("__getitem__", "raw"),
        ("transforms", "event"),
        ("transforms", "event"),
        ("__getitem__", "event"),
    ]
    values = [values_of(way, step).made for step in mine]
    raw = torch.full((2,), float(index))  # type: ignore[arg-type]
    assert values[0] is None
    assert values[1].equal(raw)
    assert values[2].equal(raw * 2)
    assert values[3].equal(raw * 2 + 1)
    assert values[4][0].equal(raw * 2 + 1)
    assert values_of(way, mine[3]).given.equal(raw * 2)


def test_the_words_name_who_chose_what_and_how_it_was_joined() -> None:
    way = transformed()
    steps = steps_of(way)
    first, third = way.indices[0], way.indices[2]
    said = {sentence(step) for step in steps}
    assert (
        f"RandomSampler chose index {first} as number 1 of this epoch; "
        "it comes to place 0 of batch 0." in said
    )
    assert "collate joined [0] of 3 samples by torch.stack: Tensor float32 (3, 2)" in said
    assert "The loop is given the batch: list of 2." in said
    assert any(f"sample {third} (place 2)" in each and "doubled made" in each for each in said)


@pytest.mark.parametrize("name", [name for name in LOADERS if name != "no batch left"])
def test_every_step_of_every_loader_has_words_in_both_languages(name: str) -> None:
    torch.manual_seed(0)
    pipeline = watch_loader(LOADERS[name]())
    next(iter(pipeline))
    steps = steps_of(pipeline.batch)
    assert steps[-1].kind == "given"
    for step in steps:
        assert step.stage in STAGES
        said = []
        for language in i18n.LANGUAGES:
            i18n.use(language)
            said.append(sentence(step))
            assert title(step)
            assert "{" not in sentence(step).replace("{}", "") or "dict" in sentence(step)
            reason(step)
        assert all(said)
        step_detail(pipeline.batch, step, context_of(pipeline.loader.dataset))


def raises(index: int) -> Any:
    if index == 7:
        raise ValueError("torn")
    return torch.zeros(2)


FAILURES = {
    "raises": (raises, "__getitem__", 7),
    "none": (lambda index: None if index == 7 else torch.zeros(2), "collate_fn", 7),
    "ragged": (lambda index: torch.zeros(2 + (index == 7)), "collate_fn", 7),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_the_last_step_and_names_the_sample(name: str) -> None:
    make, stage, index = FAILURES[name]
    error = failing(make)
    assert error.steps is not None
    steps = steps_of(error.steps, error)
    last = steps[-1]
    assert (last.kind, last.stage, last.index, last.place) == ("failed", stage, index, 3)
    assert sentence(last) in str(error)
    assert reason(last).removeprefix("→ ") in str(error)
    assert [step.index for step in steps if step.stage == "sampler"] == [4, 5, 6, 7]


def test_contents_in_a_few_words() -> None:
    assert content_text(Content("Tensor", (2, 3), "float32")) == "Tensor float32 (2, 3)"
    assert content_text(Content("dict", keys=("a", "b"), length=2)) == "dict: a, b"
    assert content_text(Content("tuple", length=2)) == "tuple of 2"
    assert content_text(Content("int", text="9")) == "int 9"
    assert content_text(None) == ""
    parts = tuple(Content("Tensor", (n,), "int64") for n in (3, 3, 4))
    assert contents_text(parts) == "Tensor int64 (3,), Tensor int64 (4,)"


def test_on_its_way_through_the_transforms_no_image_is_unnormalised() -> None:
    rows = Rows(lambda index: (torch.full((1, 4, 4), 0.25 + index / 8), index), 3)
    samples = Transformed(rows, Compose([Normalize((0.5,), (0.25,))]), None)
    pipeline = watch_loader(DataLoader(samples, batch_size=3))
    next(iter(pipeline))
    way, context = pipeline.batch, context_of(samples)
    assert context.normalised is not None
    for step in steps_of(way):
        detail = step_detail(way, step, context)
        for each in (*detail.before, *detail.after):
            if isinstance(each, ImageGrid):
                inside = step.stage == "transforms" or step.kind == "raw"
                assert (each.normalised is None) == inside
        if step.stage == "transforms":
            assert detail.before
            assert detail.after


def test_samples_of_a_stream_are_counted_not_chosen() -> None:
    pipeline = watch_loader(LOADERS["stream"]())
    next(iter(pipeline))
    steps = steps_of(pipeline.batch)
    assert all(step.stage != "sampler" for step in steps)
    chosen = next(step for step in steps if step.stage == "batch_sampler")
    assert "asked the stream for its next" in sentence(chosen)
    assert reason(chosen) == ""
    fetched = [step for step in steps if step.stage == "__getitem__"]
    assert "as number 1 of the stream; it comes to place 1" in sentence(fetched[1])
    assert "[" not in title(fetched[1]).partition(":")[0]
