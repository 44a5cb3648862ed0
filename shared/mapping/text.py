"""Texts the way Business Central stores them: no stray spaces, no longer than the field.

Lengths: shared/business_central/rows.py (Microsoft Learn, "API v2.0"). Business Central counts
UTF-16 units, so a character outside the basic plane (an emoji) counts twice; characters are never
cut in half.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from shared.business_central.plan import Body
from shared.business_central.rows import LENGTHS
from shared.texts import Sentence, sentence

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
    """The phone number, or "" when Business Central's field does not take it whole: half a number is another's.

    It takes no letters (AL: "Phone No." OnValidate), so `+33144274622;ext=12` neither, and 30 characters.
    """
    number = tidy(text)
    taken = not any(map(str.isalpha, number)) and _units(number) <= LENGTHS["customers"]["phoneNumber"]
    return number if taken and any(map(str.isdigit, number)) else ""


def email(text: str | None) -> str:
    """The e-mail address, or several with semicolons between them; "" when one is none or the field too short.

    Half an address reaches nobody. Rule: AL, MailManagement.CheckValidEmailAddresses.
    """
    addresses = tidy(text)
    valid = all(_ADDRESS.fullmatch(one.strip()) for one in addresses.split(";"))
    return addresses if valid and _units(addresses) <= LENGTHS["customers"]["email"] else ""


def first_taken(taken: Callable[[str | None], str], candidates: Iterable[str | None]) -> str:
    """The first of these that Business Central's field takes (phone, email); "" when it takes none."""
    return next(filter(None, map(taken, candidates)), "")


def not_taken(named: Sentence, phones: Sequence[str | None], emails: Sequence[str | None]) -> Sentence | None:
    """A sentence about phone numbers or e-mail addresses of which the field takes none; it repeats nothing of them.

    None where nothing is left out.
    """
    fields = ((sentence("the phone number"), phone, phones), (sentence("the e-mail address"), email, emails))
    lost = [what for what, taken, given in fields if any(map(tidy, given)) and not first_taken(taken, given)]
    if not lost:
        return None
    what = sentence("{first} and {second}", first=lost[0], second=lost[1]) if len(lost) > 1 else lost[0]
    return sentence("Left out of {record}, since Business Central does not take it whole: {what}.", record=named,
                    what=what)


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
