"""The languages that people are answered in, and which one a caller reads.

English stands in the code; every other language is a folder of shared/locale with one file, and nothing else names it.
Source: RFC 9110, 12.5.4 (Accept-Language); RFC 4647, 3.4: of fr-CH its first part counts.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

ENGLISH = "en"
LOCALE = Path(__file__).parent / "locale"


def po_file(language: str, locale: Path = LOCALE) -> Path:
    """Where the texts of a language stand that is not English; `*` for any."""
    return locale / language / "LC_MESSAGES" / "messages.po"


def languages_in(locale: Path) -> tuple[str, ...]:
    """English, and every language that has its file."""
    files = locale.glob(str(po_file("*", locale).relative_to(locale)))
    return (ENGLISH, *sorted(file.relative_to(locale).parts[0] for file in files))


LANGUAGES = languages_in(LOCALE)


def language_of(headers: Mapping[str, str], languages: Sequence[str] = LANGUAGES) -> str:
    """Of our languages the one that whoever sent these headers likes best; English where there is none."""
    asked = sorted(map(_choice, headers.get("Accept-Language", "").split(",")), key=lambda choice: -choice[1])
    return next((language for language, liked in asked if liked > 0 and language in languages), ENGLISH)


def _choice(part: str) -> tuple[str, float]:
    """`fr-CH;q=0.9` -> ("fr", 0.9); a weight that is no number is none, and refuses."""
    name, _, weight = part.partition(";")
    try:
        liked = float(weight.strip().removeprefix("q=")) if weight else 1.0
    except ValueError:
        liked = 0.0
    return name.strip().lower().partition("-")[0], liked
