"""The files that pages load: named by what they hold, so that a browser keeps them until they change."""
from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from functions.http import Asset
from shared.errors import ConnectorError
from shared.texts import sentence

FOLDER = Path(__file__).parent / "static"


def address_of(name: str) -> str:
    """The address of a file of static/."""
    return f"/portal/static/{_hash(name)}/{name}"


def static_file(hash: str, name: str) -> Asset:
    """The file at such an address; ConnectorError not-found for another state than it has now."""
    if name not in _names() or hash != _hash(name):
        raise ConnectorError("not-found", sentence("there is no file {name} of that state", name=repr(name[:50])))
    return Asset((FOLDER / name).read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream")


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.iterdir())


@cache
def _hash(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:16]
