"""Templates into HTML: what every template knows, and the reader's form of times, numbers and amounts.

Escaping is on for every template, and a name that is not there is an error, not an empty text. Source: Jinja2 3.1,
"API". Border: no template is given the connector.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.ext import i18n
from markupsafe import Markup

from functions.portal import formats
from functions.portal.edge import TOKEN, Visit, sign_in
from functions.portal.files import address_of
from shared.admin.frame import NOTHING_KNOWN, Frame, frame
from shared.admin.operations import operation_called, value_called
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.languages import LANGUAGES
from shared.record_names import caption_of_one, caption_of_several
from shared.texts import Sentence, said, translations

TEMPLATES = Path(__file__).parent / "templates"
_LONGEST_PATH = 4000
"""As a page takes one that it is to lead back to (forms.py)."""


def rendered(template: str, values: Mapping[str, Any], visit: Visit, house: Connector) -> str:
    """A page of the portal as HTML."""
    return _html(template, values, visit, frame(house) if visit.caller else NOTHING_KNOWN)


def rendered_problem(problem: ConnectorError, status: int, visit: Visit) -> str:
    """A problem as a page: what, why and what to do; outside the frame, which might be what failed."""
    told = problem.problem.told(visit.language)
    known = {"problem": problem, "told": told, "detail": said(problem.sentence, visit.language), "status": status,
             "sign_in": sign_in(visit.path)}
    return _html("problem.html", known, visit, NOTHING_KNOWN)


def _html(template: str, values: Mapping[str, Any], visit: Visit, around: Frame) -> str:
    reader = formats.Reader.of(visit.language, visit.accepts, around.time_zone)
    path = visit.path if len(visit.path) <= _LONGEST_PATH else "/portal"
    known = {
        "visit": visit, "frame": around, "reader": reader, "token_field": TOKEN, "path": path,
        "languages": {language: formats.name_of(language) for language in LANGUAGES},
    }
    templates = environment(visit.language)
    return templates.get_template(template).render({**known, "notice": _notice(templates, known), **values})


def _notice(templates: Environment, known: Mapping[str, Any]) -> Markup:
    """The word for this page that the browser brought; none where another version of ours wrote it otherwise."""
    try:
        return Markup(templates.get_template("notices.html").render(known).strip())
    except (TemplateError, TypeError, ValueError):
        return Markup()


@cache
def environment(language: str) -> Environment:
    """The templates for readers of one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=[i18n],
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        finalize=lambda value: said(value, language) if isinstance(value, Sentence) else value,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals["static"] = address_of
    made.filters |= formats.FILTERS | {
        "said": partial(said, language=language), "operation_called": operation_called, "value_called": value_called,
        "caption_of_one": caption_of_one, "caption_of_several": caption_of_several}
    return made

