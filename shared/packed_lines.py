"""JSON Lines in gzip: how captures and long log bodies are stored and downloaded. What is packed anybody can unpack.

Packed by ISA-L (the package isal), which takes a fifth of zlib's time and a fifteenth more room
(docs/decisions/0057-packed-by-isa-l.md). Pure: lines in, bytes out.
"""
from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable

CONTENT_TYPE = "application/gzip"
_LEVEL = 2
"""The smallest before ISA-L's last level, which is as slow as zlib."""


class Spoilt(Exception):
    """These bytes are no gzip, or cut off."""


def packed(lines: Iterable[bytes]) -> bytes:
    """The lines, none of which holds a line break, in gzip."""
    from isal import igzip_lib

    return igzip_lib.compress(b"\n".join(lines), _LEVEL, igzip_lib.COMP_GZIP)


def unpacked(packed: bytes) -> list[bytes]:
    """The lines of a pack, or Spoilt."""
    try:
        return gzip.decompress(packed).split(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise Spoilt(str(error)) from None
