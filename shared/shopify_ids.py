"""Shopify's ids as people and addresses write them: plain digits, as they stand in the address of Shopify's admin."""
from __future__ import annotations

_LONGEST = 20
"""Digits of the keys under which ids are kept."""


def id_in(text: str) -> int | None:
    """The id that this text is, None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
