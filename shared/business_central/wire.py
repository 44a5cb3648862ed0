"""Bytes to values and back: JSON with exact decimals, OData's own spellings, and what a bad answer says.

Rules: OData 4.0 (literals, URL conventions) as Business Central speaks it; Microsoft Learn, "Web services
error codes" ({"error": {"code", "message"}}, the message ends with a CorrelationId); RFC 9110 (Retry-After).
Gateways in between answer with HTML or nothing at all, so nothing here raises on a strange body.
Border: no I/O, no decision. What a failure means is decided in retries.py and refusals.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import msgspec

from shared.json_text import decoded_exactly

Row = dict[str, Any]
"""One entity as it came: texts, bools, ints and Decimals under their API names."""

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_CORRELATION = re.compile(r"\s*[0-9a-fA-F-]+\.?\s*")
# Each part ends at the next "<" of its kind, so that a text full of them is still read once.
_TAG = re.compile(r"<(style|script)\b(?:(?!<\1\b).)*?</\1>|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_LONGEST_WAIT = timedelta(days=365)
_ESCAPED_CHARACTER = re.compile(r"_x([0-9A-Fa-f]{4})_")


def encode(body: Mapping[str, Any]) -> bytes:
    """The JSON text of `body`, in its own order, Decimals as exact JSON numbers."""
    return _ENCODER.encode(body)


def decode(content: bytes) -> Any:
    """The value of a JSON text, fractions as Decimal; ValueError when it is no JSON."""
    return decoded_exactly(content)


def quoted(text: str) -> str:
    """An OData string literal: O'Neil -> 'O''Neil'."""
    return "'" + text.replace("'", "''") + "'"


def query(options: Mapping[str, str]) -> str:
    """`?$filter=…&$select=…` of the options that are not empty, or ""."""
    pairs = [f"{name}={quote(text, safe=chr(39) + '(),:/')}" for name, text in options.items() if text]
    return "?" + "&".join(pairs) if pairs else ""


def plain(member: str) -> str:
    """An enum member as people read it: `_x0020_` -> "", `G_x002F_L_x0020_Account` -> G/L Account."""
    return _ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), member).strip()


def error_in(content: bytes) -> tuple[str, str]:
    """Code and sentence of a failed answer; the code is "" when it is not Business Central's JSON."""
    try:
        error = decode(content)["error"]
        return str(error.get("code") or ""), without_correlation(str(error.get("message") or ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", readable(content)


def without_correlation(message: str) -> str:
    """The sentence without Business Central's `CorrelationId:  <guid>.` at its end."""
    sentence, found, rest = message.rpartition("CorrelationId:")
    return (sentence if found and _CORRELATION.fullmatch(rest) else message).strip()


def readable(content: bytes) -> str:
    """The first words of an answer that is not JSON: tags removed, at most 200 characters."""
    text = _TAG.sub(" ", content[:20_000].decode("utf-8", "replace"))
    return " ".join(text.split())[:200]


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """The wait a Retry-After header asks for (seconds or an HTTP date), None when there is none; a year at most."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text)) if len(text) < 8 else _LONGEST_WAIT
    try:
        moment = parsedate_to_datetime(text)
        return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta(0))
    except (ValueError, OverflowError):
        return None
