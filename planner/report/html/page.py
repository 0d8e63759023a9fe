"""From blocks to one HTML file: the template, its style and script inside it, and the rule that nothing may be fetched."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.report.html.blocks import Page

_TEMPLATES = "planner.report.html"


def _text(name: str) -> str:
    return files(_TEMPLATES).joinpath("templates", name).read_text(encoding="utf-8").strip()


def content_security_policy(script: str) -> str:
    """The rule that a page carries: nothing is fetched, and the only script that may run is the one with this hash."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def environment() -> Environment:
    """The template engine: everything is escaped, and a name that is not there is an error."""
    return Environment(
        loader=PackageLoader(_TEMPLATES, "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def render(page: Page) -> str:
    """A page as the text of one self-contained HTML file."""
    script, style = _text("page.js"), _text("page.css")
    template = environment().get_template("page.html.j2")
    html = template.render(page=page, style=Markup(style), script=Markup(script), policy=content_security_policy(script))  # noqa: S704 - our own files
    return html.replace("\r\n", "\n") + "\n"
