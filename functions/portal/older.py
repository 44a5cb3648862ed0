"""Addresses with the filters of a list: the next, older page of it, and the list as a file."""
from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlencode

import msgspec


def older_page(
    address: str, asked: msgspec.Struct, continuation: str | None, *, without: Collection[str] = (),
) -> str | None:
    """The address of the next page, with the same filters but those named in `without`; None on the last one."""
    if not continuation:
        return None
    return _address(address, _filters(asked, without) | {"continuation": continuation})


def whole_list(address: str, asked: msgspec.Struct, *, without: Collection[str] = ()) -> str:
    """The address at which the list is whole, with the same filters but those named in `without`."""
    return _address(address, _filters(asked, (*without, "continuation")))


def _filters(asked: msgspec.Struct, without: Collection[str]) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(asked).items()
            if value not in ("", None) and name not in without}


def _address(address: str, filters: Mapping[str, object]) -> str:
    return f"{address}?{urlencode(filters)}" if filters else address
