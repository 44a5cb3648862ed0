"""What people read, in their language: English stands in the code and is the key (GNU gettext), the others in locale/.

A `Sentence` is English to everybody who takes it for a text, and remembers how it was made, so that it can be said
in another language later, also after it was kept. Values are named in the text, `{number}`; one that begins a sentence
is `{record!c}`, with a capital. Values that are sentences are translated too.

Catalogues are .po files, read with Babel when a language is first asked for: no build step, and nothing is loaded for
English. `python -m local.texts` keeps them in step with the code. Border: which language, that is languages.py.
"""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

from shared.languages import ENGLISH, LOCALE, po_file

NOT_TRANSLATED = NullTranslations()


class Sentence(str):
    """A text in English, made of its key and the values in it.

    text    the key, e.g. "{record!c} needs {setting}, which is empty."
    values  by name: texts, or other sentences
    """

    text: str
    values: Mapping[str, str]

    def __new__(cls, text: str, /, **values: object) -> Sentence:
        kept = {name: value if isinstance(value, str) else str(value) for name, value in values.items()}
        made = super().__new__(cls, _filled(text, kept))
        made.text, made.values = text, kept
        return made


def sentence(text: str, /, **values: object) -> Sentence:
    """A sentence for people; its text belongs into the catalogues."""
    return Sentence(text, **values)


def say(text: str, language: str, /, **values: object) -> str:
    """A text of the catalogues in this language, with its values."""
    return said(Sentence(text, **values), language)


def said(text: str, language: str, locale: Path = LOCALE) -> str:
    """A sentence in this language; any other text, and one that the catalogue lacks, as it is."""
    if not isinstance(text, Sentence):
        return text
    values = {name: said(value, language, locale) for name, value in text.values.items()}
    return _filled(translations(language, locale).gettext(text.text), values)


@cache
def translations(language: str, locale: Path = LOCALE) -> NullTranslations:
    """The texts of a language, as gettext has them: also for templates (jinja2.ext.i18n)."""
    if language == ENGLISH:
        return NOT_TRANSLATED
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with po_file(language, locale).open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)


class _Filling(Formatter):
    """`str.format`, and !c for a value with a capital."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return value[:1].upper() + value[1:] if conversion == "c" else super().convert_field(value, conversion)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _Filling().vformat(text, (), values) if values else text
