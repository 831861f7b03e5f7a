"""The code with what each of its lines is of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gradviz
from gradviz.code.program import listing
from gradviz.spec.model import Model

EXAMPLES = ["lenet5", "resnet18", "unet", "gpt", "vit", "lstm_tagger", "dense_block", "siamese"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_line_that_names_a_block_is_of_it(name: str, examples: Path) -> None:
    project = gradviz.load(examples / f"{name}.gradviz")
    found = listing(project)
    assert found.text == gradviz.to_python(project)
    lines = found.text.splitlines()
    diagrams = {"": project.model, **{each.name: each for each in project.model.composites}}
    for span in found.spans:
        assert span.block in {block.name for block in diagrams[span.within].blocks}
        assert span.first <= span.last
    for owner, diagram in diagrams.items():
        for block in diagram.blocks:
            told = [lines[number - 1] for number in found.lines_of(block.name, owner)]
            if block.kind not in ("Input", "Output"):
                assert told, f"{owner}.{block.name}"
            assert not told or any(f"{block.name}" in line for line in told) or len(told) == 1


def test_a_line_leads_back_to_its_block(examples: Path) -> None:
    found = listing(gradviz.load(examples / "resnet18.gradviz"))
    lines = found.text.splitlines()
    made = next(at for at, line in enumerate(lines, 1) if "self.layer3 = Stage(" in line)
    span = found.at(made)
    assert span is not None
    assert (span.block, span.within) == ("layer3", "")
    inside = found.lines_of("conv1", "BasicBlock")
    assert all("conv1" in lines[number - 1] for number in inside)
    assert found.at(1) is None


def test_a_statement_over_several_lines_is_one_block(examples: Path) -> None:
    project = gradviz.load(examples / "resnet18.gradviz")
    found = listing(project)
    tree = ast.parse(found.text)
    long = [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and (each.end_lineno or 0) > each.lineno
        and "self." in ast.unparse(each.targets[0])
    ]  # fmt: skip
    for each in long:
        first, last = found.at(each.lineno), found.at(each.end_lineno or 0)
        assert first is not None
        assert first == last


def test_a_repeated_block_has_the_head_of_its_loop(examples: Path) -> None:
    project = gradviz.load(examples / "dense_block.gradviz")
    assert isinstance(project.model, Model)
    found = listing(project)
    lines = found.text.splitlines()
    told = [lines[number - 1].strip() for number in found.lines_of("dense")]
    assert any("for index in range(4)" in line for line in told)
