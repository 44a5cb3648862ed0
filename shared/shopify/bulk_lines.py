"""Puts records together from the lines of a bulk operation's file, whatever order the lines come in.

A node of a connection is a line of its own that names its parent. Shopify promises that it comes after its parent, and
not how soon ("The JSONL data format"; groupObjects, which would keep them together, is slower and likelier to time
out), so no record is known to be whole before the last line. The lines are spread over compressed files, a record's
all into one, and put together file by file: memory holds one file's share. On disk lies about a tenth of what was sent.
Money and digits stay as they were sent: lines are cut and joined, never written anew.
Border: bytes in, the JSON of a record out as a list would have given it; asks nobody anything.
"""
from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from isal import isal_zlib

from shared.json_text import decoded
from shared.shopify.bulk_document import Connection

LINES_PER_SHARE = 8_192
MOST_SHARES = 256
"""Of each a block waits to be packed; beyond two million lines the shares grow."""

_BLOCK = 1 << 16
_LEVEL = 1
_SIZE = 4
_PARENT = b',"__parentId":'
_NO_MORE = b'{"pageInfo":{"hasNextPage":false,"endCursor":null},"nodes":['


TWICE = b""


class Misplaced(Exception):
    """A line whose parent is not in the file, or that is no line of this query."""


class Counts(NamedTuple):
    """Lines of the file, those of them that are records, and the last share that holds one (-1: there are none)."""

    lines: int
    records: int
    last: int


class Head(msgspec.Struct):
    """What a line is known by."""

    id: str
    parent: str | None = msgspec.field(name="__parentId", default=None)


def shares_for(lines: int) -> int:
    """Over how many files so many lines are spread."""
    return max(1, min(MOST_SHARES, -(-lines // LINES_PER_SHARE)))


def spread(lines: Iterable[bytes], folder: Path, connections: Sequence[Connection], *, record_type: str, shares: int,
           first: int = 0) -> Counts:
    """Write each line to the share of its record, without those before the share `first`; how many there were.

    record_type  of Shopify, e.g. "Order"
    Raises Misplaced, also for a record of another type, msgspec.DecodeError for what is no line, OSError when the disk
    is full.
    """
    count, records, last = 0, 0, -1
    nested = {connection.node_type: bool(connection.inside) for connection in connections}
    given, links, waiting = (_Files(folder, name) for name in ("given", "links", "waiting"))
    for line in lines:
        if not line:
            continue
        count += 1
        head = decoded(line, type=Head)
        if head.parent is None:
            if type_in(head.id) != record_type:
                raise Misplaced(head.id)
            records += 1
            share = share_of(head.id, shares)
            last = max(last, share)
        elif type_in(head.parent) == record_type:
            share = share_of(head.parent, shares)
            if nested.get(type_in(head.id)):
                links.write(share_of(head.id, shares), msgspec.json.encode((head.id, share)))
        else:
            waiting.write(share_of(head.parent, shares), line)
            continue
        if share >= first:
            given.write(share, line)
    for number in range(shares):
        home: dict[str, int] = dict(decoded(link) for link in links.read(number))
        for line in waiting.read(number):
            parent = decoded(line, type=Head).parent
            if parent not in home:
                raise Misplaced(parent)
            if home[parent] >= first:
                given.write(home[parent], line)
    given.close()
    return Counts(count, records, last)


def records(folder: Path, share: int, connections: Sequence[Connection]) -> list[tuple[str, bytes]]:
    """The records of a share by GID, whole, in the order of the file; Misplaced if a line's parent is not there.

    A record that is listed twice, or one of whose entries is, since something moved while Shopify was writing, comes
    once and as TWICE: nobody can tell which lines are meant.
    """
    roots: dict[str, bytes] = {}
    below: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for line in _Files(folder, "given").read(share):
        head = decoded(line, type=Head)
        if head.parent is None:
            roots[head.id] = TWICE if head.id in roots else line
        else:
            below[head.parent].append((head.id, _without_parent(line)))
    whole = [(id, _whole(id, line, connections, below)) for id, line in roots.items()]
    if below:
        raise Misplaced(next(iter(below)))
    return whole


def _whole(id: str, line: bytes, connections: Sequence[Connection], below: dict[str, list[tuple[str, bytes]]]) -> bytes:
    """The line with its connections, or TWICE; takes its children out of `below`."""
    if not connections:
        return line
    nodes: dict[str, dict[str, bytes]] = {connection.name: {} for connection in connections}
    is_listed_twice = line == TWICE
    for child, text in below.pop(id, ()):
        of = _connection_of(child, connections)
        is_listed_twice = is_listed_twice or child in nodes[of.name]
        nodes[of.name][child] = whole = _whole(child, text, of.inside, below)
        is_listed_twice = is_listed_twice or whole == TWICE
    if is_listed_twice:
        return TWICE
    parts = [line.rstrip()[:-1]]
    for connection in connections:
        head = _NO_MORE if connection.has_pages else b'{"nodes":['
        parts.append(b',"%b":%b%b]}' % (
            connection.name.encode(), head, b",".join(list(nodes[connection.name].values())[:connection.most])))
    return b"".join(parts) + b"}"


def _connection_of(child: str, connections: Sequence[Connection]) -> Connection:
    """The connection that a node belongs to: by its type, or the only one there is."""
    if len(connections) == 1:
        return connections[0]
    found = next((connection for connection in connections if connection.node_type == type_in(child)), None)
    if found is None:
        raise Misplaced(child)
    return found


def _without_parent(line: bytes) -> bytes:
    """The line as a list would have given it."""
    at = line.rfind(_PARENT)
    value = line[at + len(_PARENT):].strip()
    if at > 0 and value.startswith(b'"') and value.endswith(b'"}') and value.count(b'"') == 2:
        return line[:at] + b"}"
    parts = decoded(line, type=dict[str, msgspec.Raw])
    del parts["__parentId"]
    return msgspec.json.encode(parts)


def share_of(gid: str, shares: int) -> int:
    """Which share the record of this id is in: the same in every process."""
    return zlib.crc32(gid.encode()) % shares


def type_in(gid: str) -> str:
    """gid://shopify/Order/5001 -> Order; "" for what is no GID."""
    parts = gid.split("/", 4)
    return parts[3] if len(parts) > 3 else ""


class _Files:
    """Lines in numbered files that are written through once and then read, block by block, each packed by itself."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._waiting: dict[int, list[bytes]] = defaultdict(list)
        self._sizes: dict[int, int] = defaultdict(int)

    def write(self, number: int, line: bytes) -> None:
        """Put a line behind the others of a file."""
        self._waiting[number].append(line)
        self._sizes[number] += len(line)
        if self._sizes[number] >= _BLOCK:
            self._pack(number)

    def close(self) -> None:
        """Write out what waits."""
        for number in list(self._waiting):
            self._pack(number)

    def read(self, number: int) -> Iterator[bytes]:
        """The lines of one file, in the order in which they were written."""
        self.close()
        path = self._path(number)
        if not path.exists():
            return
        with path.open("rb") as file:
            while size := file.read(_SIZE):
                yield from isal_zlib.decompress(file.read(int.from_bytes(size))).split(b"\n")

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._name}-{number}"

    def _pack(self, number: int) -> None:
        block = isal_zlib.compress(b"\n".join(self._waiting.pop(number)), _LEVEL)
        del self._sizes[number]
        with self._path(number).open("ab") as file:
            file.write(len(block).to_bytes(_SIZE))
            file.write(block)
