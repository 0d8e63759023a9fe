"""The folder of one run, from its tables to its manifest."""

from __future__ import annotations

import datetime
from pathlib import Path

from planner.case import Case, Settled
from planner.errors import DisclosureError
from planner.folders.whole import file_hashes
from planner.publish.contents import RunSource, run_pack
from planner.publish.gate import publish
from planner.publish.pack import Pack
from planner.report import write
from planner.report.assurance import write_assurance
from planner.report.beside import Beside
from planner.report.charts import draw_all
from planner.report.finance_workbook import write_finance
from planner.report.manifest import build_manifest, inputs_of, manifest_text, solve_part
from planner.report.packs import write_internal, write_public
from planner.report.summary import Story, summary_text
from planner.results.solution import Solution
from planner.scenario.schema import Publish


class RunFolder:
    """The folder that one run is written to, beside the one that stands until ``write`` puts it in place.

    Charts may be drawn before the rest is known, so that they are ready sooner; what a second process does, it does ``beside``.
    """

    def __init__(self, case: Case, out_root: Path, beside: Beside) -> None:
        self.case = case
        self.out_root = out_root
        self.beside = beside
        self._target = out_root / case.loaded.path.stem
        self._part: Path | None = None
        self._drawn: Solution | None = None

    def _begun(self) -> Path:
        if self._part is None:
            self._part = write.begin_folder(self._target)
            inside = self._part / "internal"
            for folder in (inside, inside / "tables", inside / "charts"):
                write.internal_folder(folder)
        return self._part

    def draw(self, solution: Solution) -> None:
        """Have the charts of a solution drawn, unless they are.

        Raises:
            WriteError: if the folder or a chart cannot be written.

        """
        if self._drawn is not solution:
            charts, case = self._begun() / "internal" / "charts", self.case
            self.beside.do(draw_all, charts, case.loaded.scenario, case.county, case.demand, case.arcs, solution)
            self._drawn = solution

    def write(self, settled: Settled, *, started_from: str, created: str, by_hand: bool) -> tuple[Path, str]:
        """Write everything and put the folder in place; give it back with the reason why nothing was published, if nothing was.

        Args:
            settled: the plan, its tables and what the check says of them.
            started_from: the name of the run whose openings the search began from, if any.
            created: the moment that the files name; now if empty.
            by_hand: whether somebody stopped the search.

        Raises:
            WriteError: if the folder cannot be written.

        """
        case, solution, answer, report, cost, broken = (
            self.case, settled.solution, settled.answer, settled.report, settled.cost, settled.broken,
        )  # fmt: skip
        self.draw(solution)
        part = self._begun()
        inside = part / "internal"
        for name, frame in solution.tables.items():
            write.write_table(inside / "tables" / f"{name}.csv", frame)
        notes = (*(str(advice.problem(case.loaded)) for advice in case.advice), *answer.record.too_wide)
        story = Story(
            case.loaded, case.county, case.demand, case.rates, case.programme, solution, report, cost, broken, settled.attempts, notes
        )
        write.write_text(inside / "summary.md", summary_text(story))
        waiting = float(solution.table("waiting")["children"].sum())
        created = created or datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        pack = run_pack(RunSource(case.loaded, case.county, case.demand, case.arcs, case.programme, solution, report, cost, created))
        write_internal(inside, pack)
        rules = case.loaded.scenario.publish
        withheld = publish_into(part / "public", pack, rules, self.beside) if report.passed else "The check failed."
        inputs = inputs_of(case.loaded, case.county)
        effects = write_assurance(inside, self.out_root, case.loaded, case.county, inputs, report, answer.record)
        manifest = build_manifest(case.loaded, inputs, solve_part(answer.record, cost, broken, waiting), report, created)
        manifest["attempts"] = list(settled.attempts)
        manifest["audience"], manifest["withheld"], manifest["facts"] = "internal", withheld, dict(pack.facts)
        if effects:
            manifest["effects_from"] = effects
        if started_from:
            manifest["started_from"] = started_from
        parts = (case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
        write_finance(inside, *parts, solution, manifest)
        self.beside.finish()
        manifest["stopped_by_hand"], manifest["files"] = by_hand, file_hashes(part)
        write.write_text(part / "manifest.json", manifest_text(manifest))
        return write.finish_folder(part, self._target), withheld


def publish_into(folder: Path, pack: Pack, rules: Publish, beside: Beside | None = None) -> str:
    """Write the public folder of a pack, its charts ``beside`` if there is such; gives why the gate refused, or nothing."""
    try:
        public = publish(pack, rules)
    except DisclosureError as error:
        return str(error)
    write_public(folder, public, beside=beside)
    return ""
