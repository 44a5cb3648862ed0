"""Texts the way Business Central stores them: no stray spaces, no longer than the field.

Lengths: shared/business_central/rows.py (Microsoft Learn, "API v2.0"). Business Central counts
UTF-16 units, so a character outside the basic plane (an emoji) counts twice; characters are never
cut in half.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shared.business_central.rows import LENGTHS
from shared.mapping.plan import Body

_NOT_OF_A_PHONE = re.compile(r"[^0-9 +()/.]")
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def tidy(text: str | None) -> str:
    """`text` trimmed, inner white space (also line breaks) as single spaces; None becomes ""."""
    return " ".join(text.split()) if text else ""


def cut(text: str | None, length: int) -> str:
    """`text`, tidied, at most `length` UTF-16 units long."""
    return tidy(text).encode("utf-16-le")[: length * 2].decode("utf-16-le", "ignore").rstrip()


def wrapped(text: str | None, length: int) -> list[str]:
    """`text` in lines of at most `length` UTF-16 units: no word is cut unless it is longer, and no character at all.

    Line breaks stay; empty lines do not.
    """
    return [line for paragraph in (text or "").splitlines() for line in _lines(paragraph.split(), length)]


def _lines(words: Iterable[str], length: int) -> Iterator[str]:
    line = ""
    for word in words:
        joined = f"{line} {word}" if line else word
        if line and _units(joined) > length:
            yield line
            joined = word
        while _units(joined) > length:
            yield (piece := cut(joined, length))
            joined = joined[len(piece):]
        line = joined
    if line:
        yield line


def _units(text: str) -> int:
    """How long Business Central finds a text."""
    return len(text.encode("utf-16-le")) // 2


def fitted(entity_set: str, texts: dict[str, str | None]) -> Body:
    """A body with each text cut to the length of its property in `entity_set`."""
    lengths = LENGTHS[entity_set]
    return {name: cut(text, lengths[name]) for name, text in texts.items()}


def phone(text: str | None) -> str:
    """A phone number Business Central accepts: digits and ` +()/.` only, "" without any digit."""
    cleaned = tidy(_NOT_OF_A_PHONE.sub("", text or ""))
    return cut(cleaned, 30) if any(character.isdigit() for character in cleaned) else ""


def email(text: str | None) -> str:
    """The e-mail address, or "" when it is none or too long: half an address reaches nobody."""
    address = tidy(text)
    fits = len(address) <= LENGTHS["customers"]["email"] and _ADDRESS.fullmatch(address)
    return address if fits else ""


def tax_number(text: str | None) -> str:
    """The tax registration number, without blanks if it is too long else; "" if still: half a number is another's."""
    given = tidy(text)
    fitting = given if len(given) <= LENGTHS["customers"]["taxRegistrationNumber"] else given.replace(" ", "")
    return fitting if len(fitting) <= LENGTHS["customers"]["taxRegistrationNumber"] else ""


def same_name(text: str) -> str:
    """A name that Shopify gives (channel, tag, location), to be compared: neither case nor spaces around it count."""
    return text.strip().casefold()


def code(text: str | None) -> str:
    """`text` as a code: trimmed and upper case, as Business Central stores codes."""
    return tidy(text).upper()
