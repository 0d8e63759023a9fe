"""Pages: one self-contained HTML file for a run and one for a comparison, each made from its pack alone."""

from pathlib import Path

from planner.publish.pack import Pack
from planner.report.html.compare_page import comparison_html
from planner.report.html.draw.chart import Chart, standalone
from planner.report.html.run_page import report_html, run_charts
from planner.report.write import write_text

PAGE = "report.html"
"""The name of the page in its folder."""


def write_page(folder: Path, pack: Pack) -> None:
    """Write the page of a run, or of a comparison if the pack holds several scenarios.

    Raises:
        WriteError: if the file cannot be written.

    """
    write_text(folder / PAGE, report_html(pack) if len(pack.scenarios) == 1 else comparison_html(pack))


__all__ = ["PAGE", "Chart", "comparison_html", "report_html", "run_charts", "standalone", "write_page"]
