"""Formulas of a model as code: the parameters of a composite are arguments and attributes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from gradviz.spec.formula import is_formula, names_in
from gradviz.spec.model import Block, Setting

INDEX = "index"
"""What a repetition's number is called in formulas."""


def names_of(*settings: Setting) -> frozenset[str]:
    """The names that settings use in their formulas."""
    found: set[str] = set()
    for setting in settings:
        if is_formula(setting):
            found |= names_in(str(setting))
        elif isinstance(setting, list):
            found |= names_of(*setting)
    return frozenset(found)


def names_of_block(block: Block) -> frozenset[str]:
    """The names that a block's settings use, and those of its initialisation."""
    inits = [each for choice in block.init.values() for each in choice.settings.values()]
    return names_of(*block.settings.values(), *inits)


def as_attributes(setting: Setting, names: Iterable[str]) -> Setting:
    """The setting with these names as attributes of ``self``."""
    if isinstance(setting, list):
        return [as_attributes(part, names) for part in setting]
    if not is_formula(setting):
        return setting
    tree = ast.parse(str(setting)[1:].strip(), mode="eval").body
    return f"={ast.unparse(Renaming({name: f'self.{name}' for name in names}).visit(tree))}"


class Renaming(ast.NodeTransformer):
    """Puts other expressions in the place of names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The expression that stands there instead."""
        return ast.parse(self._names.get(node.id, node.id), mode="eval").body
