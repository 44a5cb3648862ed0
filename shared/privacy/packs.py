"""Packs: gzip JSON Lines as captures and long log bodies are stored. One line can be blotted out; places stay.

An index row names a blob and a line, so a line is replaced and never removed. A pack that cannot be unpacked is noted
and passed over: whoever asks says what becomes of it. Border: blobs in and out.
"""
from __future__ import annotations

from collections.abc import Collection

from shared.packed_lines import CONTENT_TYPE, Spoilt, packed, unpacked
from shared.storage.blobs import Blobs


class Packs:
    """The packs of one container; `unreadable` are the names of those that could not be unpacked so far."""

    def __init__(self, blobs: Blobs, container: str) -> None:
        self.blobs, self._container = blobs, container
        self.unreadable: set[str] = set()

    def lines_of(self, name: str) -> list[bytes]:
        """The lines of a pack; none if it was removed meanwhile, or cannot be unpacked."""
        pack = self.blobs.read(self._container, name)
        try:
            return unpacked(pack) if pack is not None else []
        except Spoilt:
            self.unreadable.add(name)
            return []

    def blot(self, name: str, blotted: Collection[int], instead: bytes) -> None:
        """Write `instead` in place of these lines."""
        lines = self.lines_of(name)
        if blotted and lines:
            kept = (instead if number in blotted else line for number, line in enumerate(lines))
            self.blobs.write(self._container, name, packed(kept), CONTENT_TYPE)

    def remove_unreadable(self) -> int:
        """Remove what cannot be unpacked: nobody can read it, and nobody can say that the person is not in it."""
        self.blobs.remove(self._container, sorted(self.unreadable))
        return len(self.unreadable)
