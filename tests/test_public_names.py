"""Every public module says in `__all__` what it offers, and what it says is true."""

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

from coach.settings import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "coach"


def name_of(path: Path) -> str:
    parts = path.relative_to(PROJECT_ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PUBLIC = {
    name_of(path): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name == "__init__.py" or not path.name.startswith("_")
}


def names_used_of(module: str) -> set[str]:
    """Return the names that the package's other modules take from `module`."""
    used: set[str] = set()
    for path in PUBLIC.values():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        aliases: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module == module.rpartition(".")[0]:
                aliases |= {
                    alias.asname or alias.name
                    for alias in node.names
                    if f"{node.module}.{alias.name}" == module
                }
        used |= {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in aliases
        }
    return {name for name in used if f"{module}.{name}" not in PUBLIC}


def defined_in(path: Path) -> set[str]:
    """Return the public functions and classes that a module defines."""
    return {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    }


def test_the_modules_are_found() -> None:
    assert {"coach", "coach.schema", "coach.index.search"} <= set(PUBLIC)
    assert "coach.__main__" not in PUBLIC
    assert {"build_index", "staleness"} <= names_used_of("coach.index.build")
    assert "searchable" in names_used_of("coach.index.store")


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_all_is_true(name: str) -> None:
    module = importlib.import_module(name)
    if PUBLIC[name].name == "__init__.py" and not hasattr(module, "__all__"):
        assert not defined_in(PUBLIC[name]), "a package that defines names says so in __all__"
        return
    names = module.__all__
    assert len(names) == len(set(names))
    assert [n for n in names if not hasattr(module, n)] == [], "promised, and not there"
    assert names_used_of(name) - set(names) == set(), "used elsewhere, and not promised"


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_module_says_where_it_stands(name: str) -> None:
    source = PUBLIC[name].read_text(encoding="utf-8")
    assert not source.strip() or ast.get_docstring(ast.parse(source))
