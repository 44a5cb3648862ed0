"""Writes the catalogues of all languages anew: every text that people read, with the translation it has already.

    python -m local.texts

A text that is new stands there untranslated, and a test fails until it is translated; one that nobody says any more is
gone. Texts are taken from calls of `sentence` and `say` in the code, from the tables of problems, of record types and
of card fields, and from the portal's templates. A new language is an empty file
shared/locale/<language>/LC_MESSAGES/messages.po, and this command.
Source: GNU gettext, "The Format of PO Files"; Babel, "Message Extraction".
"""
from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from local.processes import ROOT
from shared.languages import ENGLISH, LANGUAGES, LOCALE, po_file
from shared.problems import CATALOGUE
from shared.record_names import words_of
from shared.record_types import TYPE_NAMES
from shared.shops.card_fields import FIELDS
from shared.shops.card_form import choices_of, enumerations

CALLS = frozenset({"sentence", "say", "Sentence", "wrong", "of_row"})
"""Functions whose first argument is a text for people."""

TEMPLATES = ROOT / "functions" / "portal" / "templates"
_TEMPLATE_OPTIONS = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
_WIDTH = 120
_HEAD = "# Texts by python -m local.texts, translations by hand."
_CHANGES = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team',
            '"Project-Id-Version', '"Report-Msgid-Bugs-To')
"""Lines of the header that say when and by whom, which git knows."""


def found() -> Catalog:
    """Every text that people read, in English."""
    texts = Catalog(fuzzy=False)
    for where, text in [*_of_code(), *_of_tables()]:
        texts.add(text, locations=[_place(where)])
    if TEMPLATES.exists():
        for path, _, message, _, context in extract_from_dir(
            TEMPLATES, method_map=[("**.html", "jinja2")], options_map={"**.html": _TEMPLATE_OPTIONS},
        ):
            texts.add(message, locations=[_place(f"functions/portal/templates/{path}")], context=context)
    return texts


def _place(file: str) -> Any:
    """A place without a line, which Babel writes though its types do not say so: lines change too often to be kept."""
    return file, None


def _of_code() -> Iterator[tuple[str, str]]:
    for folder in ("shared", "functions"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            where = path.relative_to(ROOT).as_posix()
            if where == "shared/texts.py":  # the figures there are no words
                continue
            yield from ((where, text) for text in said_in(path.read_text(encoding="utf-8")))


def said_in(source: str) -> Iterator[str]:
    """The texts for people in a module; a text put together before it is said (f"…") cannot be a key: ValueError."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in CALLS and node.args:
            for text in _choices(node.args[0]):
                if isinstance(text, ast.JoinedStr):
                    raise ValueError(f"line {text.lineno}: name the values in the text instead of an f-string")
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _choices(node: ast.expr) -> list[ast.expr]:
    """`a if x else b` says one of two texts."""
    return [*_choices(node.body), *_choices(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _of_tables() -> Iterator[tuple[str, str]]:
    for problem in CATALOGUE.values():
        yield from (("shared/problems.py", text) for text in (problem.title, problem.fix))
    for each in enumerations():
        yield from (("shared/shops/card.py", text.text) for text in choices_of(each))
    for name in TYPE_NAMES:
        yield from (("shared/record_names.py", text) for text in words_of(name))
    for field in FIELDS.values():
        yield from (("shared/shops/card_fields.py", text.text) for text in (field.caption, field.help))


def anew(language: str, texts: Catalog, locale: Path = LOCALE) -> bytes:
    """The catalogue of a language as it should be written."""
    with po_file(language, locale).open("rb") as file:
        before = read_po(file, locale=language)
    made = Catalog(locale=language, header_comment=_HEAD, fuzzy=False)
    made.mime_headers = before.mime_headers
    for message in texts:
        if message.id:
            known = before.get(message.id, context=message.context)
            made.add(message.id, known.string if known else "", context=message.context,
                     locations=sorted(set(message.locations)))
    written = BytesIO()
    write_po(written, made, width=_WIDTH, sort_output=True, include_lineno=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_CHANGES)).encode()


def write(locale: Path = LOCALE, languages: Iterable[str] = LANGUAGES) -> Mapping[str, int]:
    """Write the catalogue of each language but English; how many texts each lacks."""
    texts = found()
    for language in languages:
        if language != ENGLISH:
            po_file(language, locale).write_bytes(anew(language, texts, locale))
    return {language: len(untranslated(language, locale)) for language in languages if language != ENGLISH}


def untranslated(language: str, locale: Path = LOCALE) -> list[str]:
    """The texts that a catalogue has no translation of, or one that somebody has to look at."""
    with po_file(language, locale).open("rb") as file:
        texts = read_po(file, locale=language)
    return [str(one.id) for one in texts if one.id and (one.fuzzy or not all(_forms(one.string or "")))]


def _forms(string: str | Iterable[str]) -> list[str]:
    return [string] if isinstance(string, str) else [*string]


if __name__ == "__main__":
    for each, lacking in write().items():
        print(f"{each}: {lacking or 'no'} texts to translate")
