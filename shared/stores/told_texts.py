"""A text for people in a row: in English under its own name, as every version reads it, and a sentence also as key and
values, to be said in another language. Border: one column's form; which columns there are, each store says itself.
"""
from __future__ import annotations

import msgspec

from shared.json_text import decoded
from shared.storage.tables import Row
from shared.texts import Sentence, Text


def at_rest(name: str, text: Text) -> Row:
    """The columns of this text."""
    english = {name: str(text)}
    return english | {_said(name): msgspec.json.encode(text).decode()} if isinstance(text, Sentence) else english


def text_in(row: Row, name: str) -> Text:
    """The text of a row, also of one that a version before wrote; "" where there is none."""
    said = row.get(_said(name))
    return decoded(said, type=Sentence) if said else str(row.get(name, ""))


def _said(name: str) -> str:
    return f"{name}_said"
