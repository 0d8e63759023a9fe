"""Mutation testing: ``python -m benchmarks.mutants model --sample 150``.

Each mutant is one module with one thing changed: an operator, a comparison, a constant, a condition turned round, a statement left
out. The group's fast tests are run against each in a process of its own; a mutant that no test notices has survived. A process starts
from one that has read the libraries but none of the project, which saves seconds a mutant; systems without fork are not served.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import random
import signal
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "model": (
        ("planner/model/rows*.py", "planner/model/costs.py", "planner/model/aims.py", "planner/model/columns.py"),
        (
            "tests/rows",
            "tests/finance/test_objective.py",
            "tests/check/test_two_hundred.py::test_the_right_answer_passes_and_little_would_have_been_let_pass",
        ),
    ),
    "check": (("planner/check/*.py",), ("tests/check/test_two_hundred.py", "tests/check/test_rules.py", "tests/check/test_edges.py")),
    "finance": (("planner/finance/ledger.py", "planner/finance/clock.py", "planner/finance/position.py"), ("tests/finance",)),
    "demand": (("planner/demand/*.py",), ("tests/demand",)),
}
"""Modules and the tests that are to notice."""

LIBRARIES = (
    "numpy",
    "pandas",
    "scipy.sparse",
    "scipy.optimize",
    "pulp",
    "highspy",
    "pydantic",
    "yaml",
    "pytest",
    "matplotlib",
)


@dataclass(frozen=True)
class Mutant:
    """One change: the module, the line, what it was and what it is."""

    path: Path
    line: int
    what: str
    source: str


class _Site(ast.NodeTransformer):
    """Visits every place where something can be changed, in order, and changes the one with the number asked for."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen, self.what, self.line = wanted, 0, "", 0

    def _here(self, node: ast.AST, what: str) -> bool:
        mine = self.seen == self.wanted
        self.seen += 1
        if mine:
            self.what, self.line = what, getattr(node, "lineno", 0)
        return mine

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Plus for minus, times for divided by, and so on."""
        self.generic_visit(node)
        swap = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.MatMult: None}
        new = swap.get(type(node.op))
        text = isinstance(node.left, ast.JoinedStr) or (isinstance(node.left, ast.Constant) and isinstance(node.left.value, str))
        if new is not None and not text and self._here(node, f"{ast.unparse(node)} with {new.__name__}"):
            return ast.copy_location(ast.BinOp(node.left, new(), node.right), node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """A bound moved by one, or an equality turned round."""
        self.generic_visit(node)
        swap: dict[type, type] = {
            ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
            ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
        }  # fmt: skip
        new = swap.get(type(node.ops[0]))
        if new is not None and self._here(node, f"{ast.unparse(node)} with {new.__name__}"):
            return ast.copy_location(ast.Compare(node.left, [new(), *node.ops[1:]], node.comparators), node)
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """And for or."""
        self.generic_visit(node)
        if self._here(node, f"{ast.unparse(node)} with the other"):
            return ast.copy_location(ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values), node)
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """A sign or a not left out."""
        self.generic_visit(node)
        return node.operand if self._here(node, f"{ast.unparse(node)} without it") else node

    def visit_If(self, node: ast.If) -> ast.AST:
        """A condition turned round."""
        self.generic_visit(node)
        if self._here(node, f"if {ast.unparse(node.test)} turned round"):
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """The other of two."""
        self.generic_visit(node)
        return (
            ast.copy_location(ast.IfExp(node.test, node.orelse, node.body), node)
            if self._here(node, f"{ast.unparse(node)} turned round")
            else node
        )

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A number one more."""
        if isinstance(node.value, bool) and self._here(node, f"{node.value} turned round"):
            return ast.copy_location(ast.Constant(not node.value), node)
        if isinstance(node.value, int | float) and not isinstance(node.value, bool) and self._here(node, f"{node.value} plus one"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """A call left out; words that explain are not code."""
        if isinstance(node.value, ast.Constant):
            return node
        self.generic_visit(node)
        call = ast.unparse(node)
        if not call.startswith(("log.", "super()")) and self._here(node, f"{call.splitlines()[0]} left out"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """The other sign, or nothing added."""
        self.generic_visit(node)
        if self._here(node, f"{ast.unparse(node)} left out"):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        """Messages are not tried one by one."""
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Words are not tried."""
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        """``strict`` only guards against faults elsewhere."""
        return node if node.arg == "strict" else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """Types are not code; values are."""
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Only the body and the defaults; not types."""
        node.body = [self.visit(part) for part in node.body]
        return node


def mutants_of(path: Path) -> list[Mutant]:
    """Every mutant of a module."""
    text = path.read_text(encoding="utf-8")
    found = []
    while True:
        site = _Site(len(found))
        tree = ast.fix_missing_locations(site.visit(ast.parse(text)))
        if not site.what:
            return found
        found.append(Mutant(path, site.line, site.what.replace("\n", " ")[:160], ast.unparse(tree)))


class _Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives a module's changed source in place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = ".".join(mutant.path.relative_to(ROOT).with_suffix("").parts)

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """The changed module, and no other."""
        return importlib.util.spec_from_loader(name, self, origin=str(self.mutant.path)) if name == self.name else None

    def exec_module(self, module: object) -> None:
        """Run the changed source."""
        module.__file__ = str(self.mutant.path)  # type: ignore[attr-defined]
        exec(compile(self.mutant.source, str(self.mutant.path), "exec"), module.__dict__)  # noqa: S102


def survives(mutant: Mutant | None, tests: tuple[str, ...], seconds: float) -> str:
    """``survived``, ``noticed`` or ``endless``: what the tests say of a mutant (None: of the program as it is)."""
    child = os.fork()
    if child == 0:
        import pytest

        for name in [name for name in sys.modules if name.partition(".")[0] in ("planner", "tests")]:
            del sys.modules[name]
        if mutant is not None:
            sys.meta_path.insert(0, _Instead(mutant))
        code = 1
        try:
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                os.dup2(1, 2)
                code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "--no-header", "--tb=no", *tests]))
        finally:
            os._exit(code)
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "noticed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "endless"


def main() -> int:
    """Try the mutants of a group."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("group", choices=sorted(GROUPS))
    parser.add_argument("--sample", type=int, default=0, help="so many mutants by chance; 0 tries all")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--only", default="", help="only modules whose name holds this")
    parser.add_argument("--seconds", type=float, default=120.0, help="a mutant that takes longer is endless, and noticed")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in LIBRARIES:
        importlib.import_module(name)
    patterns, tests = GROUPS[options.group]
    tests = tuple(test for test in tests if (ROOT / test.split("::")[0]).exists())
    paths = sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.name != "__init__.py" and options.only in path.name)
    every = [mutant for path in paths for mutant in mutants_of(path)]
    chosen = random.Random(options.seed).sample(every, options.sample) if 0 < options.sample < len(every) else every
    chosen = sorted(chosen, key=lambda mutant: (mutant.path, mutant.line))
    if survives(None, tests, 10 * options.seconds) != "survived":
        print("the tests fail on the program as it is")
        return 2
    alive = []
    started = time.perf_counter()
    for mutant in chosen:
        if survives(mutant, tests, options.seconds) == "survived":
            alive.append(mutant)
            print(f"{mutant.path.relative_to(ROOT).as_posix()}:{mutant.line}: {mutant.what}", flush=True)
    score = 1.0 - len(alive) / max(len(chosen), 1)
    print(
        f"{options.group}: {len(chosen) - len(alive)} of {len(chosen)} noticed ({score:.1%}), of {len(every)} possible; "
        f"seed {options.seed}; {time.perf_counter() - started:.0f} s; tests {' '.join(tests)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
