"""How a problem is told over HTTP, in the caller's language: as problem+json (RFC 9457), or on a page for a browser.

A page holds no script and nothing that the caller wrote.
"""
from __future__ import annotations

from html import escape
from typing import Any

from shared.errors import ConnectorError, OutcomeUnknown
from shared.texts import said

PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer",
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{sentence}</p><p>{advice}</p></main></body></html>"""


def status_of(error: ConnectorError) -> int:
    """The status of an answer that carries the problem; a write whose outcome is open is the other side's silence."""
    return 502 if isinstance(error, OutcomeUnknown) else error.problem.status


def problem_json(error: ConnectorError, language: str) -> dict[str, Any]:
    """The problem's fields."""
    told = error.problem.told(language)
    return {
        "type": error.code, "title": told.title, "status": status_of(error), "detail": said(error.sentence, language),
        "fix": told.fix, "fault": told.fault, "record": None if error.about is None else said(error.about, language),
    }


def problem_page(error: ConnectorError, language: str) -> str:
    """The problem as a page."""
    told = error.problem.told(language)
    return message_page(told.title, f"{error.code}: {said(error.sentence, language)}", told.fix, language)


def message_page(title: str, sentence: str, advice: str, language: str) -> str:
    """A page that says one thing, as HTML."""
    return _PAGE.format(title=escape(title), sentence=escape(sentence), advice=escape(advice), language=language)
