"""What people read, in their language: English stands in the code and is the key (GNU gettext), the others in locale/.

A `Sentence` is a text and the values in it, so that it can be said in another language later, also after it was kept;
`str()` says it in English. Values are named in the text, `{number}`; one that begins a sentence is `{record!c}`, with a
capital. Values that are sentences are translated too.

Catalogues are .po files, read with Babel when a language is first asked for: no build step, and nothing is loaded for
English. `python -m local.texts` keeps them in step with the code. Border: which language, that is languages.py.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec

from shared.languages import ENGLISH, LOCALE, po_file

NOT_TRANSLATED = NullTranslations()


class Sentence(msgspec.Struct, frozen=True):
    """A text of the catalogues, e.g. "{record!c} needs {setting}, which is empty.", and its values by name."""

    text: str
    values: dict[str, str | Sentence] = {}

    def __str__(self) -> str:
        return _filled(self.text, {name: str(value) for name, value in self.values.items()})


Text = str | Sentence
"""For people; a text of its own where nobody translates it."""


def sentence(text: str, /, **values: object) -> Sentence:
    """A sentence for people; its text belongs into the catalogues."""
    return Sentence(text, {name: value if isinstance(value, Sentence) else str(value)
                           for name, value in values.items()})


def together(parts: Iterable[Text], between: str = " ") -> Sentence:
    """Several as one."""
    listed = {f"part{place}": part for place, part in enumerate(parts)}
    return sentence(between.join(f"{{{name}}}" for name in listed), **listed)


def say(text: str, language: str, /, **values: object) -> str:
    """A text of the catalogues in this language, with its values."""
    return said(sentence(text, **values), language)


def said(what: Text, language: str, locale: Path = LOCALE) -> str:
    """A sentence in this language; any other text, and one that the catalogue lacks, as it is."""
    if isinstance(what, str):
        return what
    values = {name: said(value, language, locale) for name, value in what.values.items()}
    return _filled(translations(language, locale).gettext(what.text), values)


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
