"""The way from a page of a list to the next, older one."""
from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

import msgspec


def older_page(
    address: str, asked: msgspec.Struct, continuation: str | None, *, without: Collection[str] = (),
) -> str | None:
    """The address of the next page, with the same filters but those named in `without`; None on the last one."""
    if not continuation:
        return None
    filters = {name: value for name, value in msgspec.to_builtins(asked).items()
               if value not in ("", None) and name not in without}
    return f"{address}?" + urlencode(filters | {"continuation": continuation})
