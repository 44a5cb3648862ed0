"""The languages that people are answered in, and which one a caller reads.

Source: RFC 9110, 12.5.4 (Accept-Language); the first language that is named counts.
"""
from __future__ import annotations

from collections.abc import Mapping

ENGLISH, FRENCH = LANGUAGES = ("en", "fr")


def language_of(headers: Mapping[str, str]) -> str:
    """The language of whoever sent these headers: French where it is the first one, else English."""
    return FRENCH if headers.get("Accept-Language", "").strip().lower().startswith(FRENCH) else ENGLISH
