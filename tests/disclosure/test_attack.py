"""The self-attack: it narrows nothing in what we publish, and it does narrow counts in three packs that leak."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from planner.publish.attack import Attack, UnitPrice, attack, possible
from planner.publish.files import attack_folders, read_packs
from planner.publish.gate import publish
from planner.publish.pack import Pack
from planner.report.public_tables import write_public_tables
from planner.run import RunResult
from planner.scenario.schema import Publish
from tests.conftest import ROOT
from tests.disclosure import packs

PRICES = "line,quantity,low_gbp,high_gbp\nInterim tuition for children waiting,waiting,18000,18000\n"


def attacked(tmp_path: Path, *public: Pack, whole: bool = False) -> Attack:
    """Write packs as files and attack the files, with the public price of tuition."""
    folders = []
    for number, pack in enumerate(public):
        folder = tmp_path / f"pack{number}" / "public"
        folder.mkdir(parents=True)
        write_public_tables(folder, pack)
        folders.append(folder.parent)
    (tmp_path / "prices.csv").write_text(PRICES, encoding="utf-8")
    return attack_folders(folders, tmp_path / "prices.csv", whole=whole)


@pytest.mark.parametrize("seed", range(12))
def test_our_packs_give_no_small_count_away(seed: int, tmp_path: Path) -> None:
    frame = packs.counts(seed, whole=False)
    found = attacked(tmp_path, publish(packs.exact_pack(frame)))
    assert found.tried >= 10
    assert not found.contradiction
    assert found.narrowed == ()


@pytest.mark.parametrize("seed", range(4))
def test_several_packs_of_one_county_give_nothing_away_together(seed: int, tmp_path: Path) -> None:
    base = packs.counts(seed, whole=False)
    later = base.assign(children=base["children"].where(base["year"] == packs.YEARS[0], packs.counts(seed + 50, whole=False)["children"]))
    public = [publish(packs.exact_pack(base, "base")), publish(packs.exact_pack(later, "other")), publish(packs.comparison(base, later))]
    found = attacked(tmp_path, *public)
    assert not found.contradiction
    assert found.narrowed == ()


def test_hiding_small_counts_alone_is_found_out(tmp_path: Path) -> None:
    found = attacked(tmp_path, packs.hidden_only(packs.exact_pack(packs.counts(1, whole=True))), whole=True)
    assert len(found.narrowed) >= 3
    assert any(one.values == 1 for one in found.narrowed)


def test_exact_money_by_line_is_found_out(tmp_path: Path) -> None:
    frame = packs.counts(3, whole=False)
    frame["children"] = frame["children"].where((frame["district"] == "Moor") & (frame["year"] != packs.YEARS[0]), 0.0)
    exact = packs.exact_pack(frame)
    total = frame.groupby("year")["children"].sum()
    assert total.between(0.5, 4.5).any()
    assert attacked(tmp_path / "ours", publish(exact)).narrowed == ()
    found = attacked(tmp_path / "leaky", packs.with_exact_money(publish(exact), exact))
    assert found.narrowed


def test_exact_differences_between_scenarios_are_found_out(tmp_path: Path) -> None:
    base, other = packs.counts(4, whole=False), packs.counts(4, whole=False)
    base["children"], other["children"] = 0.0, 0.0
    for frame, small in ((base, (2.4, 7.4, 2.3, 0.0)), (other, (7.6, 2.6, 0.2, 2.45))):
        for district, value in zip(packs.DISTRICTS, small, strict=True):
            frame.loc[frame.index[frame["district"] == district][0], "children"] = value
    exact = packs.comparison(base, other)
    ours = publish(exact)
    assert attacked(tmp_path / "ours", ours).narrowed == ()
    assert attacked(tmp_path / "leaky", packs.with_exact_differences(ours, exact)).narrowed


@pytest.mark.parametrize("seed", range(4))
def test_whole_children_are_safe_where_zeros_are_shown_as_low_and_the_base_is_ten(seed: int, tmp_path: Path) -> None:
    rules = Publish(zeros="low", round_to=10)
    found = attacked(tmp_path, publish(packs.exact_pack(packs.counts(seed, whole=True)), rules), whole=True)
    assert not found.contradiction
    assert found.narrowed == ()


@pytest.mark.parametrize(
    ("low", "high", "whole", "values"),
    [(0, 2.5, False, 3), (2.5, 5, False, 3), (2.5, 7.5, False, 5), (3, 3, False, 1), (2.6, 3.4, False, 1), (1, 2, True, 2), (1, 4, True, 4), (2, 2, True, 1)],
)  # fmt: skip
def test_possible_values_are_counted_as_whole_children(low: float, high: float, *, whole: bool, values: int) -> None:
    assert possible(low, high, whole=whole) == values


def test_files_say_what_the_pack_says(tmp_path: Path) -> None:
    public = publish(packs.exact_pack(packs.counts(2, whole=False)))
    write_public_tables(tmp_path, public)
    (again,) = read_packs([tmp_path])
    assert again.facts["round_to"] == "5"
    for name, table in public.tables.items():
        back = again.table(name).frame
        for column in table.columns:
            assert [str(value) for value in table.frame[column.name]] == [
                str(int(value)) if isinstance(value, float) else str(value) for value in back[column.name]
            ]


def test_files_are_named_as_the_department_names_them(tiny_run: RunResult) -> None:
    folder = tiny_run.folder / "public" / "tables"
    for path in folder.glob("*.csv"):
        assert path.name == path.name.lower()
        assert len(path.name) < 50
        if path.name.endswith(".meta.csv") or path.name.startswith("about"):
            continue
        frame, meta = pd.read_csv(path, dtype=str, keep_default_na=False), pd.read_csv(path.with_name(f"{path.stem}.meta.csv"), dtype=str)
        assert list(frame.columns[:2]) == ["time_period", "time_identifier"]
        assert frame["time_period"].str.fullmatch(r"\d{6}").all()
        assert frame["time_identifier"].nunique() <= 1
        assert all(len(name) <= 35 and name == name.lower() and not name[0].isdigit() for name in frame.columns)
        assert set(meta["col_name"]) == set(frame.columns[6:])
        assert not frame.isin(["[low]", "[c]", "[x]", "[z]"]).any().any()
        assert not (frame == "").any().any() or path.stem == "waiting_reasons"


def test_the_command_attacks_a_run_and_says_so(tiny_run: RunResult) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "planner", "attack", str(tiny_run.folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("0 of ")


def test_no_exact_figure_is_in_any_public_file(tiny_run: RunResult) -> None:
    exact = set()
    for name in ("ehcps", "travel", "ledger", "occupancy"):
        frame = tiny_run.solution.table(name)
        for column in ("children", "cash_gbp"):
            if column in frame.columns:
                exact |= {f"{value:.2f}" for value in frame[column] if value and not f"{value:.2f}".endswith("00")}
    assert len(exact) > 20
    public = [path for path in (tiny_run.folder / "public").rglob("*") if path.suffix in (".csv", ".svg")]
    assert public
    for path in public:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            cells = {cell for line in text.splitlines() for cell in line.split(",")}
            assert not cells & exact, path.name


def test_attack_reports_contradictions() -> None:
    public = publish(packs.exact_pack(packs.counts(5, whole=False)))
    frame = public.table("waiting_by_year").frame.copy()
    frame["children"] = pd.Series([1000] * len(frame), dtype=object)
    table = public.table("waiting_by_year")
    wrong = Pack(
        public.name, public.title, public.audience, public.scenarios,
        {**public.tables, "waiting_by_year": type(table)(table.name, table.title, table.measure, table.columns, frame)}, public.facts,
    )  # fmt: skip
    assert attack([wrong]).contradiction
    assert not attack([public], [UnitPrice(packs.LINE, "waiting", 18_000.0, 18_000.0)]).contradiction


def test_data_beside_public_charts_keep_their_marks(tiny_run: RunResult) -> None:
    charts = tiny_run.folder / "public" / "charts"
    assert "[c]" in (charts / "cost_by_line.csv").read_text(encoding="utf-8")
    data = pd.read_csv(charts / "ehcps_by_provision.csv")
    counts = [int(value) for value in data["children"] if str(value).isdigit()]
    assert counts
    assert all(count % 5 == 0 for count in counts)
    assert "INTERNAL" not in (charts / "ehcps_by_provision.svg").read_text(encoding="utf-8")
    assert "INTERNAL" in (tiny_run.folder / "internal" / "charts" / "ehcps_by_provision.svg").read_text(encoding="utf-8")
