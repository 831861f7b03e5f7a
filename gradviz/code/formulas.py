"""Formulas of a model as code: the parameters of a composite are arguments and attributes."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from gradviz.parsing import parsed
from gradviz.spec.formula import Renaming, is_formula, names_used
from gradviz.spec.model import Block, Setting

INDEX = "index"
"""What a repetition's number is called in formulas."""


def names_of_block(block: Block) -> frozenset[str]:
    """The names that a block's settings use, and those of its initialisation."""
    inits = [each for choice in block.init.values() for each in choice.settings.values()]
    return names_used(*block.settings.values(), *inits)


def as_attributes(setting: Setting, names: Mapping[str, str]) -> Setting:
    """The setting with these names as attributes of ``self``."""
    if isinstance(setting, list):
        return [as_attributes(part, names) for part in setting]
    if not is_formula(setting):
        return setting
    tree = parsed(str(setting)[1:].strip(), "eval").body
    own = {name: f"self.{attribute}" for name, attribute in names.items()}
    return f"={ast.unparse(Renaming(own).visit(tree))}"
