"""The portal's texts in the reader's language: English stands in the templates, the others in locale/<language>.

Source: GNU gettext, "The Format of PO Files". Read with Babel when the first page is made: no build step. The titles
and fixes of problems come translated from shared/problems.py.
"""
from __future__ import annotations

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from shared.languages import ENGLISH

LOCALE = Path(__file__).parent / "locale"


def catalogue(language: str) -> Path:
    """Where the texts of a language stand that is not English."""
    return LOCALE / language / "LC_MESSAGES" / "portal.po"


@cache
def translations(language: str) -> NullTranslations:
    """The texts of this language; of English those of the templates."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with catalogue(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
