"""The house keeps its rules: one-way imports, small modules, documented functions, no forbidden calls."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "planner"
ORDER = [
    "errors",
    "names",
    "folders",
    "scenario",
    "county",
    "demand",
    "network",
    "rates",
    "advice",
    "model",
    "solve",
    "results",
    "check",
    "finance",
    "case",
    "compare",
    "publish",
    "report",
    "kept",
    "run_folder",
    "run",
    "comparison",
    "sensitivity",
    "reproduce",
    "doctor",
    "commands",
    "cli",
    "__main__",
]
MODULES = sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("planner."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "planner":
            found.update(alias.name for alias in node.names if (ROOT / alias.name).exists() or (ROOT / f"{alias.name}.py").exists())
        elif isinstance(node, ast.Import):
            found.update(alias.name.split(".")[1] for alias in node.names if alias.name.startswith("planner."))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    mine = room(path)
    if mine == "__init__":
        return
    later = {other for other in imports(path) if ORDER.index(other) > ORDER.index(mine)}
    assert not later, f"{path.name} imports {later}, which come after {mine}"
    if mine == "check":
        assert not imports(path) & {"model", "solve"}, "the check may not use the model or a solver"
    if mine == "report":
        assert "model" not in imports(path), "a report knows nothing of optimisation"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_are_small_and_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, "a module has at most 400 lines"
    if not text.strip():
        return
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            doc = ast.get_docstring(node, clean=False)
            lines = (node.end_lineno or 0) - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
            assert lines <= 60, f"{node.name} has {lines} lines"
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.col_offset == 0 and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


FORBIDDEN = {"eval", "exec", "compile", "__import__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_dangerous_is_called(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in FORBIDDEN, name
            assert not name.startswith(("pickle.", "subprocess.", "os.system", "socket.")), name
            assert name != "yaml.load", "use yaml.compose or yaml.safe_load"
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            assert ast.unparse(node.type) not in ("Exception", "BaseException"), "catch what can be mended, by name"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "a bare except hides faults"
