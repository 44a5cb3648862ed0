"""Packs: gzip JSON Lines as captures and long log bodies are stored. One line can be blotted out; places stay.

An index row names a blob and a line, so a line is replaced and never removed. Border: blobs in and out.
"""
from __future__ import annotations

import gzip
from collections.abc import Collection

from shared.storage.blobs import Blobs


def lines_of(blobs: Blobs, container: str, name: str) -> list[bytes]:
    """The lines of a pack; none if it was removed meanwhile."""
    packed = blobs.read(container, name)
    return gzip.decompress(packed).split(b"\n") if packed is not None else []


def blot(blobs: Blobs, container: str, name: str, blotted: Collection[int], instead: bytes) -> None:
    """Write `instead` in place of these lines."""
    lines = lines_of(blobs, container, name)
    if blotted and lines:
        kept = [instead if number in blotted else line for number, line in enumerate(lines)]
        blobs.write(container, name, gzip.compress(b"\n".join(kept), 6), "application/gzip")
