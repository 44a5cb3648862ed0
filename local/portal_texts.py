"""Writes the portal's catalogues anew: every text of the templates, with the translation it has already.

    python -m local.portal_texts

What is new stands there with an empty translation, and a test fails until it has one; what no template holds is gone.
Source: GNU gettext, "The Format of PO Files"; Babel, "Message Extraction".
"""
from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from local.processes import ROOT
from shared.languages import ENGLISH, FRENCH, LANGUAGES

PORTAL = ROOT / "functions" / "portal"

PLURALS = {FRENCH: (2, "(n > 1)")}
"""How many plurals a language has, and which is whose. CLDR knows a third in French, for whole millions."""


def catalogue(language: str) -> Path:
    """Where the texts of a language stand, as functions/portal/texts.py reads them."""
    return PORTAL / "locale" / language / "LC_MESSAGES" / "portal.po"


def found() -> Catalog:
    """The texts of the templates."""
    texts = Catalog(fuzzy=False)
    for path, _, message, _, context in extract_from_dir(
        PORTAL / "templates", method_map=[("**.html", "jinja2")],
        options_map={"**.html": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}},
    ):
        texts.add(message, locations=[(path, None)], context=context)
    return texts


def translated(language: str) -> Catalog:
    """The catalogue as it stands."""
    with catalogue(language).open("rb") as file:
        return read_po(file)


def anew(language: str) -> bytes:
    """The catalogue as it should be written."""
    texts, before = found(), translated(language)
    made = Catalog(locale=language, header_comment="# The portal's texts; written by python -m local.portal_texts.",
                   fuzzy=False)
    made._num_plurals, made._plural_expr = PLURALS[language]
    for message in texts:
        if message.id:
            known = before.get(message.id, context=message.context)
            made.add(message.id, known.string if known else "", locations=sorted(set(message.locations)))
    written = BytesIO()
    write_po(written, made, width=120, sort_output=True, omit_header=False, include_lineno=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_CHANGES)).encode()


_CHANGES = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Language-Team',
            '"Project-Id-Version', '"Report-Msgid-Bugs-To')
"""Lines of the header that say when and by whom, which git knows."""


if __name__ == "__main__":
    for each in LANGUAGES:
        if each != ENGLISH:
            catalogue(each).write_bytes(anew(each))
