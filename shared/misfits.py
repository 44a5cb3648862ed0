"""What does not fit a definition, said for people: msgspec's words are for programmers, and English only.

Source: msgspec, src/msgspec/_core.c, the messages of ValidationError. One that is not known here is told by its place
alone. Border: words; what is checked, the definitions say.
"""
from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from shared.texts import Sentence, as_said, sentence

_LONGEST_PLACE = 100
_MESSAGE = re.compile(r"(?P<words>.*?)(?: - at `(?:key in )?\$?\.?(?P<place>.*)`)?", re.DOTALL)
_OF_A_FIELD = [
    (re.compile(r"Expected `str` of length >= 1"), sentence("{place} is empty")),
    (re.compile(r"Expected `str` of length <= (?P<most>\d+)"), sentence("{place} is longer than {most} characters")),
    (re.compile(r"Expected `array` of length <= (?P<most>\d+)"), sentence("{place} holds more than {most} values")),
    (re.compile(r"Expected `int` >= (?P<least>-?\d+)"), sentence("{place} is less than {least}")),
    (re.compile(r"Expected `int` <= (?P<most>-?\d+)"), sentence("{place} is more than {most}")),
    (re.compile(r"Expected `str` matching regex '\^\((?P<values>[\w|-]*?)\|?\)\$'"),
     sentence("{place} is none of {values}")),
    (re.compile(r"Invalid enum value '?(?P<value>.*?)'?", re.DOTALL), sentence("{place} cannot be {value}")),
    (re.compile(r"Object missing required field `(?P<field>.*)`", re.DOTALL), sentence("{field} is missing")),
    (re.compile(r"Object contains unknown field `(?P<field>.*)`", re.DOTALL), sentence("{field} is not known here")),
    (re.compile(r"Expected `(?P<type>[a-z |]+)`, got `\w+`"), sentence("{place} is not {type}")),
]
_TYPES = {
    "str": sentence("a text"), "int": sentence("a whole number"), "float": sentence("a number"),
    "bool": sentence("true or false"), "array": sentence("a list"), "object": sentence("an object"),
}


def misfit(error: Exception, whole: Sentence) -> Sentence:
    """What does not fit, and where; whole: what is wrong if it is no field of it, e.g. "the form"."""
    if not isinstance(error, msgspec.ValidationError):
        return as_said(str(error))  # it is no JSON at all: which byte, only that message tells
    found = _MESSAGE.fullmatch(str(error))
    words, place = (found["words"], found["place"] or "") if found else ("", "")
    for pattern, said in _OF_A_FIELD:
        if values := pattern.fullmatch(words):
            return sentence(said.text, place=_named(place) if place else whole, **_values(values.groupdict(), place))
    return sentence("{place} is nothing that can stand there", place=_named(place) if place else whole)


def place_of(error: msgspec.ValidationError) -> str:
    """Which field does not fit, e.g. "lines[0].code", without a word of what it holds; "" for the whole."""
    found = _MESSAGE.fullmatch(str(error))
    words, place = (found["words"], found["place"] or "") if found else ("", "")
    named = re.fullmatch(r"Object (?:missing required|contains unknown) field `(.*)`", words, re.DOTALL)
    return ".".join(part for part in (place, named[1] if named else "") if part)


def _values(found: dict[str, str], place: str) -> dict[str, object]:
    match found:
        case {"field": field}:
            return {"field": _named(f"{place}.{field}" if place else field)}
        case {"value": value}:
            return {"value": _named(value)}
        case {"values": values}:
            return {"values": ", ".join(values.split("|"))}
        case {"type": type}:
            return {"type": _TYPES.get(type.split(" |")[0], as_said(type))}
    return {name: Decimal(number) for name, number in found.items()}


def _named(place: str) -> str:
    """In quotes: it stays as it is written, also where it begins a sentence."""
    return f"'{place[:_LONGEST_PLACE]}'"
