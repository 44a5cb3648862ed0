"""Addresses with the filters of a list: its first page and the next one, and the list as a file."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec


class Pages(NamedTuple):
    """The addresses of the first page and of the next, with the same filters; None on the first, and on the last."""

    first: str | None
    next: str | None


def pages_around(
    address: str, asked: msgspec.Struct, continuation: str | None, *, without: Collection[str] = (),
) -> Pages:
    """The pages around the one that was asked for, without the filters named in `without`.

    continuation  where the next one begins; "" or None on the last
    """
    filters = _filters(asked, (*without, "continuation"))
    return Pages(
        first=_address(address, filters) if _filters(asked, without) != filters else None,
        next=_address(address, filters | {"continuation": continuation}) if continuation else None)


def whole_list(address: str, asked: msgspec.Struct, *, without: Collection[str] = ()) -> str:
    """The address at which the list is whole, with the same filters but those named in `without`."""
    return _address(address, _filters(asked, (*without, "continuation")))


def _filters(asked: msgspec.Struct, without: Collection[str]) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(asked).items()
            if value not in ("", None) and name not in without}


def _address(address: str, filters: Mapping[str, object]) -> str:
    return f"{address}?{urlencode(filters)}" if filters else address
