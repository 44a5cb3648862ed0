"""One telephone in one spelling: the digits by which it is dialled from abroad.

Rules: ITU-T E.164, and ITU's list "Dialling procedures": within many countries a number begins with a trunk 0 that
falls away abroad; in others there is none, and numbers have one length. A national number of a country that is not
listed stays as it is written. An extension (RFC 3966: tel:+33144274622;ext=12) counts: behind one number of a company
there are many people. Border: pure.
"""

from __future__ import annotations

import re

_TRUNK_BEHIND_CODE = "(0)"
"""As in +33 (0)1 44: not dialled from abroad."""

_WITH_TRUNK_0 = {
    "AE": "971", "AL": "355", "AT": "43", "AU": "61", "BE": "32", "BG": "359", "CH": "41", "DE": "49", "EG": "20",
    "FI": "358", "FR": "33", "GB": "44", "GF": "594", "GP": "590", "HR": "385", "IE": "353", "IL": "972", "IN": "91",
    "JP": "81", "KR": "82", "MA": "212", "MQ": "596", "NL": "31", "NZ": "64", "PH": "63", "RE": "262",
    "RO": "40", "RS": "381", "SE": "46", "SI": "386", "SK": "421", "TH": "66", "TR": "90", "TW": "886", "UA": "380",
    "UK": "44", "ZA": "27",
}  # fmt: skip
_WITHOUT_TRUNK = {
    "CA": ("1", 10), "CZ": ("420", 9), "DK": ("45", 8), "EL": ("30", 10), "ES": ("34", 9), "GR": ("30", 10),
    "NO": ("47", 8), "PL": ("48", 9), "PT": ("351", 9), "US": ("1", 10),
}  # fmt: skip
"""Country code (of ISO 3166, or as Business Central's countries are often named) -> country code of E.164, digits."""


def is_national(phone: str) -> bool:
    """Whether it is written as within its country, so that only the country tells what it is."""
    number = _number(phone)
    return bool(number) and not _is_international(number)


def phone_key(phone: str, country: str = "") -> str:
    """`+33 1 44 27 46 22`, `0033 1 44274622` and, in FR, `01 44 27 46 22` -> 33144274622; "" when there is no digit."""
    number = _number(phone)
    if _is_international(number):
        digits = re.sub(r"\D", "", number.replace(_TRUNK_BEHIND_CODE, ""))
        return digits if number.startswith("+") else digits.removeprefix("00")
    digits = re.sub(r"\D", "", number)
    if digits.startswith("0") and (calling := _WITH_TRUNK_0.get(country.upper())):
        return calling + digits[1:]
    calling, length = _WITHOUT_TRUNK.get(country.upper(), ("", 0))
    return calling + digits if len(digits) == length else digits


def _number(phone: str) -> str:
    return phone.strip().removeprefix("tel:").strip()


def _is_international(number: str) -> bool:
    return number.startswith("+") or re.sub(r"\D", "", number).startswith("00")
