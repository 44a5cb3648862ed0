"""What people read, in their language: English stands in the code and is the key (GNU gettext), the others in locale/.

A `Sentence` is a text and the values in it, so that it can be said in another language later, also after it was kept;
`str()` says it in English. Values are named in the text, `{number}`; one that begins a sentence is `{record!c}`, with a
capital. Values that are sentences are translated too; an amount, a day and a moment are said in the reader's form, and
in English as they stand at rest: 1240.50, 2026-03-10T10:00:00Z. What somebody else said is `as_said`: in his words.

Catalogues are .po files, read with Babel when a language is first asked for: no build step, and nothing is loaded for
English. `python -m local.texts` keeps them in step with the code. Border: which language, that is languages.py.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec

from shared.clock import from_iso, iso
from shared.languages import ENGLISH, LOCALE, po_file

NOT_TRANSLATED = NullTranslations()


class Sentence(msgspec.Struct, frozen=True):
    """A text of the catalogues, e.g. "{record!c} needs {setting}, which is empty.", and its values by name."""

    text: str
    values: dict[str, str | Sentence] = {}

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return _filled(self.text, {name: str(value) for name, value in self.values.items()}, ENGLISH)


NOTHING = Sentence("")
"""No sentence; false, and an empty text in every language."""

Text = str | Sentence
"""For people; a text of its own where nobody translates it."""


def sentence(text: str, /, **values: object) -> Sentence:
    """A sentence for people; its text belongs into the catalogues. Numbers that are no names of anything are Decimal.
    """
    return Sentence(text, {name: _value(value) for name, value in values.items()})


def as_said(text: str) -> Sentence:
    """What somebody else said, as he said it: Business Central's reason, what a buyer wrote."""
    return Sentence("{words}", {"words": text})


def beginning(what: Sentence) -> Sentence:
    """The same with a capital, to begin with."""
    return Sentence("{words!c}", {"words": what})


def count(number: int) -> Sentence:
    """So many: 1,240, in the reader's form."""
    return Sentence("{number:count}", {"number": str(number)})


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
    if not what:
        return ""  # gettext has the head of the catalogue under ""
    values = {name: said(value, language, locale) for name, value in what.values.items()}
    return _filled(translations(language, locale).gettext(what.text), values, language)


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


def _value(value: object) -> str | Sentence:
    match value:
        case Sentence():
            return value
        case Decimal():
            return Sentence("{number:amount}", {"number": f"{value:f}"})
        case datetime():
            return Sentence("{moment:moment}", {"moment": iso(value)})
        case date() as day:
            return Sentence("{day:day}", {"day": day.isoformat()})
    return str(value)


def shortened(what: Sentence, most: int) -> Sentence:
    """The sentence with its longest values cut, until it has at most so many characters in English."""
    while (beyond := len(str(what)) - most) > 0:
        longest = max(_words(what), key=len, default="")
        if not longest:
            return as_said(str(what)[:most])
        what = _with_words(what, longest, longest[:-beyond - 1] + "…" if len(longest) > beyond + 1 else "")
    return what


def _words(what: str | Sentence) -> Iterator[str]:
    if isinstance(what, str):
        yield what
    else:
        yield from (word for value in what.values.values() for word in _words(value))


def _with_words(what: Sentence, old: str, new: str) -> Sentence:
    return Sentence(what.text, {
        name: _with_words(value, old, new) if isinstance(value, Sentence) else new if value == old else value
        for name, value in what.values.items()
    })


class _Filling(Formatter):
    """`str.format`; !c for a value with a capital, and figures in the form of a language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return value[:1].upper() + value[1:] if conversion == "c" else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        return _figure(value, format_spec, self._language) if format_spec else str(value)


def _filled(text: str, values: Mapping[str, str], language: str) -> str:
    return _Filling(language).vformat(text, (), values) if values else text


def _figure(text: str, kind: str, language: str) -> str:
    """1240.50 -> 1 240,50 in French; in English as it stands, but for counts, 1,240. What is no figure stays."""
    if language == ENGLISH:
        return f"{int(text):,}" if kind == "count" and text.isdecimal() else text
    from babel.dates import format_date, format_time
    from babel.numbers import format_decimal

    try:
        if kind in ("amount", "count"):
            number = Decimal(text)
            digits = "0" * max(-int(number.as_tuple().exponent), 0)
            return str(format_decimal(number, f"#,##0.{digits}" if digits else "#,##0", locale=language))
        if kind == "day":
            return str(format_date(date.fromisoformat(text), "short", locale=language))
        moment = from_iso(text)
        day, time = format_date(moment, "short", locale=language), format_time(moment, "medium", locale=language)
        return f"{day} {time} UTC"
    except (ValueError, InvalidOperation):
        return text
