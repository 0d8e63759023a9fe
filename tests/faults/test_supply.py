"""What is installed: few packages, each with its reason and licence, and a list that pins every one by its hash and names no host."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from planner.report.manifest import PACKAGES
from tests.conftest import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DIRECT = {canonicalize_name(one.name): one for one in map(Requirement, PROJECT["dependencies"])}
SYSTEMS = ("win32", "darwin", "linux")
MOST_DIRECT = 12


def pins() -> dict[str, list[tuple[Version, Marker | None, int]]]:
    """Every pinned version by package, with its marker and the number of its hashes."""
    found: dict[str, list[tuple[Version, Marker | None, int]]] = {}
    for block in re.split(r"\n(?=[A-Za-z])", re.sub(r"(?m)^#.*\n", "", LOCK)):
        first = Requirement(block.split("\\")[0].strip())
        (only,) = first.specifier
        assert only.operator == "==", first
        hashes = re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block)
        assert len(hashes) == block.count("--hash"), first
        found.setdefault(canonicalize_name(first.name), []).append((Version(only.version), first.marker, len(hashes)))
    return found


PINS = pins()


def test_the_list_names_no_host() -> None:
    plain = re.sub(r"sha256:[0-9a-f]{64}", "", LOCK)
    assert "//" not in plain
    assert "@" not in plain
    assert not re.search(r"(?i)\b[a-z0-9-]+\.(com|org|net|io|dev|uk|local|internal)\b", plain)
    assert not re.search(r"(?i)(index|find-links|trusted-host)", plain.replace("--no-emit-index-url", ""))


def test_every_pin_has_hashes() -> None:
    assert all(count >= 1 for versions in PINS.values() for _, _, count in versions)
    assert sum(count for versions in PINS.values() for _, _, count in versions) > 500


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_dependency_is_pinned_within_its_bounds_everywhere(python: str, system: str) -> None:
    where = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system}
    for name, wanted in DIRECT.items():
        here = [version for version, marker, _ in PINS.get(name, []) if marker is None or marker.evaluate(where)]
        assert len(here) == 1, f"{name} is pinned {len(here)} times"
        assert wanted.specifier.contains(here[0]), f"{name} {here[0]} is outside {wanted.specifier}"


def needed(names: set[str]) -> set[str]:
    """Packages with everything that they bring, as they are installed here."""
    found, queue = set[str](), list(names)
    while queue:
        name = canonicalize_name(queue.pop())
        if name in found:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or []:
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                queue.append(one.name)
    return found


def test_what_the_dependencies_bring_is_pinned_too() -> None:
    assert needed(set(DIRECT)) <= set(PINS)


def test_the_manifest_names_every_direct_dependency() -> None:
    assert {canonicalize_name(name) for name in PACKAGES} == set(DIRECT)


def test_direct_dependencies_are_few_and_bounded() -> None:
    brought = {name for name in DIRECT if any(name in needed({other}) for other in set(DIRECT) - {name})}
    assert len(set(DIRECT) - brought) <= MOST_DIRECT, "packages that no other one brings anyway"
    for one in DIRECT.values():
        assert {bound.operator for bound in one.specifier} == {">=", "<"}, f"{one.name} has a lower and an upper bound"


def test_every_package_has_its_reason_or_its_bringer_and_its_licence() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    reasons, _, licences = text.partition("## Licences")
    for name in DIRECT:
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons), f"{name} has no reason"
    listed = dict(re.findall(r"(?m)^\| ([\w.-]+) \| ([^|]+) \|", licences))
    assert set(listed) - {"Package", "---"} == set(PINS)
    for name, licence in listed.items():
        assert not re.search(r"(?i)\b(A?GPL|proprietary|commercial)\b", licence), name


def test_the_security_notes_say_what_to_run() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    for words in ("pip-audit", "cyclonedx-py", "requirements.lock", "skipped", "--require-hashes"):
        assert words in text


def test_nothing_that_is_shipped_names_a_package_host() -> None:
    for path in [
        ROOT / "README.md",
        ROOT / "pyproject.toml",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "planner").rglob("*.py")),
    ]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?i)\b(pypi\.org|pythonhosted|artifactory|nexus|index-url=)", text), Path(path).name
