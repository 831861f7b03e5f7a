"""Modules of the user's as they are, in code: made, called, and their results taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gradviz.code.imports import HOMES
from gradviz.engine.building.plan import Planner
from gradviz.engine.catalogues.program import SEED
from gradviz.engine.catalogues.pythonkind import Made, PythonKind, use_of
from gradviz.spec.pythonmodule import TORCH
from gradviz.spec.results import UNUSED, Fields, Keys, Leaf, Results, Row


def made(kind: PythonKind, planner: Planner) -> str:
    """The module as it is made: ``Net(3, depth=2).blocks[0].attn``."""
    make, making = _make(kind), kind.wrapped.making
    first, *rest = making.names
    name = ".".join((first if is_imported(kind, planner) else _within(kind), *rest))
    given = [repr(each) for each in making.arguments]
    given += [f"{name}={each!r}" for name, each in making.keywords]
    whole = f"deepcopy({name})" if make.is_copied else f"{name}({', '.join(given)})"
    path = kind.wrapped.path
    if not path:
        return whole
    parts = path.split(".")
    plain = all(part.isidentifier() or part.isdigit() for part in parts)
    if not plain or not use_of(make).indexed:
        return f"{whole}.get_submodule({path!r})"
    return whole + "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts)


def is_imported(kind: PythonKind, planner: Planner) -> bool:
    """Whether the name of what makes it can be imported as it is, since nothing else has it."""
    name, home = kind.wrapped.making.names[0], kind.home
    others = {
        each.wrapped.making.names[0] if isinstance(each, PythonKind) else each.name
        for each in planner.blocks
        if each.home and each.home != home
    }
    return home != TORCH and name not in {*others, *planner.composites, *HOMES}


def homes_of(planner: Planner) -> dict[str, str]:
    """The modules that names of them are imported from."""
    return {
        kind.wrapped.making.names[0]: kind.home
        for kind in _kinds(planner)
        if is_imported(kind, planner)
    }


def whole_modules(planner: Planner, used: Iterable[str]) -> tuple[str, ...]:
    """The modules that are imported whole, for blocks of the ``used`` kinds."""
    used = set(used)
    found = (
        kind.home
        for kind in _kinds(planner)
        if kind.name in used and kind.home != TORCH and not is_imported(kind, planner)
    )
    return tuple(dict.fromkeys(found))


def seeded(imports: Sequence[str], planner: Planner, used: Iterable[str]) -> list[str]:
    """The imports, each of a file whose objects blocks of the ``used`` kinds are copies of behind
    the seed that it had: it draws their numbers as it is imported.
    """
    used = set(used)
    copied = {kind.home for kind in _kinds(planner) if kind.name in used and _make(kind).is_copied}
    lines = []
    for line in imports:
        _, _, rest = line.partition(" ")
        if rest.partition(" ")[0] in copied:
            lines.append(f"torch.manual_seed({SEED})  # for what this draws as it is imported")
        lines.append(line)
    return lines


def libraries(planner: Planner) -> frozenset[str]:
    """The installed modules among them."""
    return frozenset(kind.home for kind in _kinds(planner) if not kind.wrapped.is_file)


def called(kind: PythonKind, module: str, fed: Sequence[str]) -> str:
    """A call of it: ``self.attn(x, mask=mask, scale=2.0)``."""
    count, wrapped = use_of(_make(kind)).ordered, kind.wrapped
    given = [*fed[:count]]
    given += [
        f"{name}={each}" for name, each in zip(wrapped.inputs[count:], fed[count:], strict=True)
    ]
    given += [f"{name}={each!r}" for name, each in wrapped.arguments.items()]
    return f"{module}({', '.join(given)})"


def is_plain(kind: PythonKind) -> bool:
    """Whether it is called with tensors alone, and gives one."""
    wrapped = kind.wrapped
    by_place = use_of(_make(kind)).ordered == len(wrapped.inputs)
    return by_place and not wrapped.arguments and isinstance(wrapped.results, Leaf)


def taken(kind: PythonKind, names: Sequence[str], expression: str) -> Iterator[str]:
    """The lines that give its results these names."""
    free = _free(names)
    waiting = [(_renamed(kind.wrapped.results, iter(names)), expression)]
    while waiting:
        results, expression = waiting.pop(0)
        if isinstance(results, Leaf | Row):
            inner: list[tuple[Results, str]] = []
            yield f"{_targets(results, inner, free)} = {expression}"
            waiting += inner
            continue
        if len(results.parts) > 1 and not expression.isidentifier():
            name = next(free)
            yield f"{name} = {expression}"
            expression = name
        parts = [(part, _picked(results, key, expression)) for key, part in results.parts]
        if len(parts) > 1 and all(isinstance(part, Leaf) for part, _ in parts):
            targets = ", ".join(part.name for part, _ in parts if isinstance(part, Leaf))
            yield f"{targets} = {', '.join(text for _, text in parts)}"
        else:
            waiting += parts


def _kinds(planner: Planner) -> list[PythonKind]:
    return [kind for kind in planner.blocks if isinstance(kind, PythonKind)]


def _make(kind: PythonKind) -> Made:
    assert isinstance(kind.make, Made)
    return kind.make


def _within(kind: PythonKind) -> str:
    home = "nn" if kind.home == TORCH else kind.home
    return f"{home}.{kind.wrapped.making.names[0]}"


def _free(names: Sequence[str]) -> Iterator[str]:
    """Names for results that are taken apart further."""
    taken = {*names}
    number = 1
    while True:
        name = "results" if number == 1 else f"results{number}"
        number += 1
        if name not in taken:
            yield name


def _renamed(results: Results, names: Iterator[str]) -> Results:
    if isinstance(results, Leaf):
        return results if results.name == UNUSED else Leaf(next(names))
    if isinstance(results, Row):
        return Row(tuple(_renamed(part, names) for part in results.parts))
    parts = tuple((key, _renamed(part, names)) for key, part in results.parts)
    return Keys(parts) if isinstance(results, Keys) else Fields(results.of, parts)


def _targets(results: Results, inner: list[tuple[Results, str]], free: Iterator[str]) -> str:
    """What stands left of the sign; ``inner`` collects what must be taken apart after that."""
    if isinstance(results, Leaf):
        return results.name
    if isinstance(results, Row):
        parts = [
            f"({_targets(part, inner, free)})"
            if isinstance(part, Row)
            else _targets(part, inner, free)
            for part in results.parts
        ]
        return f"{', '.join(parts)}{',' * (len(parts) == 1)}"
    name = next(free)
    inner.append((results, name))
    return name


def _picked(results: Keys | Fields, key: str, expression: str) -> str:
    return f"{expression}[{key!r}]" if isinstance(results, Keys) else f"{expression}.{key}"
