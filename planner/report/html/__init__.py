"""Pages: one self-contained HTML file for a run and one for a comparison, each made from its pack alone."""

from planner.report.html.compare_page import comparison_html
from planner.report.html.draw.chart import Chart, standalone
from planner.report.html.run_page import report_html, run_charts

__all__ = ["Chart", "comparison_html", "report_html", "run_charts", "standalone"]
