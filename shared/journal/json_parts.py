"""Parts of a JSON text and differences of two, without rewriting a digit.

The text is taken apart level by level and every value stays the bytes it was sent as, so 12.30 stays 12.30
and an id of twenty digits stays whole. A part of a list is named by its Shopify id where it has one
(`lineItems.nodes[LineItem/11].quantity`), so that a line put before it does not move it. Pure.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from shared.errors import ConnectorError
from shared.journal.json_tree import DEEPEST
from shared.json_text import decoded
from shared.texts import sentence

_GID = "gid://shopify/"
_Children = dict[str, bytes]


class Part(msgspec.Struct, frozen=True):
    """A part of a record with a Shopify id of its own: a line, a shipping charge, a transaction …"""

    type: str
    id: str
    path: str


class Difference(msgspec.Struct, frozen=True):
    """One changed value; `before` and `after` are JSON as sent, null when there is none on that side."""

    path: str
    change: Literal["added", "removed", "changed"]
    before: msgspec.Raw
    after: msgspec.Raw


class Pair(msgspec.Struct, frozen=True):
    """One value of two JSON texts side by side; a part that is the same in both is one pair, whatever it holds.

    before, after  as sent; b"" on the side that does not have it
    """

    path: str
    change: Literal["same", "added", "removed", "changed"]
    before: bytes
    after: bytes


class _Identified(msgspec.Struct):
    id: str = ""


_NOTHING = msgspec.Raw(b"null")


def indented(raw: bytes) -> bytes:
    """The JSON text for people to read."""
    return msgspec.json.format(raw, indent=2)


def parts(raw: bytes) -> list[Part]:
    """The parts of a record that have an id and more than that, in the order of the text."""
    return [Part(*name.partition("/")[::2], path) for path, name, _ in _parts(raw)]


def part(raw: bytes, name: str) -> bytes:
    """The part with this type and id, e.g. LineItem/11; ConnectorError not-found."""
    for _, found, value in _parts(raw):
        if found == name:
            return value
    raise ConnectorError("not-found", sentence("the capture has no part {name}", name=repr(name[:60])))


def differences(before: bytes, after: bytes, path: str = "", depth: int = 0) -> list[Difference]:
    """What changed from one JSON text to the other; the order of properties does not count. DecodeError."""
    if before == after:
        return []
    old, new = _children(before, depth), _children(after, depth)
    if old is None or new is None or before[:1] != after[:1]:
        return [Difference(path, "changed", msgspec.Raw(before), msgspec.Raw(after))]
    found: list[Difference] = []
    for key in dict.fromkeys((*old, *new)):
        where = _path(path, key)
        if key not in new:
            found.append(Difference(where, "removed", msgspec.Raw(old[key]), _NOTHING))
        elif key not in old:
            found.append(Difference(where, "added", _NOTHING, msgspec.Raw(new[key])))
        else:
            found += differences(old[key], new[key], where, depth + 1)
    return found


def side_by_side(before: bytes, after: bytes, path: str = "", depth: int = 0) -> Iterator[Pair]:
    """Both texts, value by value in the order of the later one; what it lacks comes where the earlier one has it.

    DecodeError for what is no JSON.
    """
    if before == after:
        yield Pair(path, "same", before, after)
        return
    old, new = _children(before, depth), _children(after, depth)
    if old is None or new is None or before[:1] != after[:1]:
        yield Pair(path, "changed", before, after)
        return
    for key in _in_order(old, new):
        where = _path(path, key)
        if key not in new:
            yield Pair(where, "removed", old[key], b"")
        elif key not in old:
            yield Pair(where, "added", b"", new[key])
        else:
            yield from side_by_side(old[key], new[key], where, depth + 1)


def _in_order(old: _Children, new: _Children) -> Iterator[str]:
    """The keys of both: those of `new`, and before each the ones that only `old` has, from its own order."""
    left = iter(old)
    for key in new:
        if key in old:
            for one in left:
                if one == key:
                    break
                if one not in new:
                    yield one
        yield key
    yield from (one for one in left if one not in new)


def _parts(raw: bytes) -> Iterator[tuple[str, str, bytes]]:
    """(path, type/id, JSON) of each part; an object that holds only an id is a reference, not a part."""
    for path, value in _values(raw, ""):
        name = _gid(value)
        if path and name and len(_children(value, 0) or ()) > 1:
            yield path, name, value


def _values(raw: bytes, path: str, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    yield path, raw
    for key, value in (_children(raw, depth) or {}).items():
        yield from _values(value, _path(path, key), depth + 1)


def _children(raw: bytes, depth: int) -> _Children | None:
    """Values by property, or by place in brackets; None for a text, number, bool or null, and deeper than any record.
    """
    if depth >= DEEPEST:
        return None
    if raw[:1] == b"{":
        return {key: _bytes(value) for key, value in decoded(raw, type=dict[str, msgspec.Raw]).items()}
    if raw[:1] != b"[":
        return None
    values = [_bytes(value) for value in decoded(raw, type=list[msgspec.Raw])]
    names = [_gid(value) for value in values]
    told_apart = len(set(names)) == len(names)
    pairs = zip(names, values, strict=True)
    return {f"[{name if name and told_apart else n}]": value for n, (name, value) in enumerate(pairs)}


def _bytes(value: msgspec.Raw) -> bytes:
    return bytes(value).strip()


def _gid(value: bytes) -> str:
    """LineItem/11 for an object with the id gid://shopify/LineItem/11, else ""."""
    if value[:1] != b"{":
        return ""
    try:
        id = decoded(value, type=_Identified).id
    except msgspec.MsgspecError:
        return ""
    return id.removeprefix(_GID) if id.startswith(_GID) and "/" in id.removeprefix(_GID) else ""


def _path(path: str, key: str) -> str:
    return path + key if key.startswith("[") or not path else f"{path}.{key}"
