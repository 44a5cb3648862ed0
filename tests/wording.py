"""Is what somebody reads said in his language? What of a sentence would be English still."""
from __future__ import annotations

import re
from collections.abc import Iterator

from shared.languages import ENGLISH
from shared.texts import Sentence, Text, as_said, translations

QUOTED = as_said("").text
"""What somebody else said: Business Central, Shopify, a program."""

_VALUE = re.compile(r"\{[^}]*\}")
_A_FIGURE = re.compile(r"\{\w+:\w+\}")
_WORDS = re.compile(r"[A-Za-z]")
_ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}|^(order|customer|company|product|item|variant)s? \d")


def left_in_english(what: Text, language: str = "fr") -> list[str]:
    """Texts of a sentence, and of those within it, that the language has no word for, and values that are sentences."""
    assert language != ENGLISH
    return list(_left(what, language))


def _left(what: Text, language: str) -> Iterator[str]:
    if isinstance(what, str):
        if _ENGLISH.search(what):
            yield what
        return
    if what.text == QUOTED or _A_FIGURE.fullmatch(what.text):
        return
    known = what.text in translations(language)._catalog  # type: ignore[attr-defined]  # as gettext keeps it
    if _WORDS.search(_VALUE.sub("", what.text)) and not known:
        yield what.text
    for value in what.values.values():
        yield from _left(value, language)


def quotes(what: Text) -> list[str]:
    """What a sentence repeats of somebody else's words."""
    if isinstance(what, str):
        return []
    own = [str(what)] if what.text == QUOTED else []
    return own + [one for value in what.values.values() if isinstance(value, Sentence) for one in quotes(value)]
