"""Planted bugs, and the world, name what there is: one that sets a name which nobody reads any more
plants nothing."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulation import patches
from tests.simulation.mutants.hunt import BUGS
from tests.simulation.mutants.places import _PLACES

FOLDER = Path(patches.__file__).with_name("mutants")


def imported(body: ast.AST) -> dict[str, Any]:
    """What the import statements in it bind, at any depth."""
    found: dict[str, Any] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            for name in node.names:
                full = f"{node.module}.{name.name}"
                one = getattr(module, name.name, None)
                found[name.asname or name.name] = one or importlib.import_module(full)
    return found


def missing(function: ast.FunctionDef, known: dict[str, Any]) -> Iterator[str]:
    known = known | imported(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = known.get(node.value.id)
            fields = getattr(owner, "__annotations__", {})
            if owner is not None and not hasattr(owner, node.attr) and node.attr not in fields:
                yield f"{function.name}: {node.value.id}.{node.attr}"


@pytest.mark.parametrize("module", BUGS)
def test_what_a_bug_changes_is_there(module):
    tree = ast.parse((FOLDER / f"{module}.py").read_text())
    top = ast.Module([n for n in tree.body if isinstance(n, ast.ImportFrom)], [])
    known = imported(top)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [wrong for one in functions for wrong in missing(one, known)] == []


def test_what_the_world_changes_is_there():
    tree = ast.parse(Path(patches.__file__).read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [wrong for one in functions for wrong in missing(one, {})] == []


def test_each_place_is_a_bugs():
    planted = {
        f"{module}.{line[4:].partition('(')[0]}"
        for module in BUGS
        for line in (FOLDER / f"{module}.py").read_text().splitlines()
        if line.startswith("def ")
    }
    assert set(_PLACES) <= planted
