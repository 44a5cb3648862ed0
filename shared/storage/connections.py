"""Connections that the threads of a process share: as many are kept as there can be calls at once.

A client of the SDK, used by many threads, keeps ten connections unless told otherwise; what is opened beyond them is
thrown away after one call, with a warning, and the next call pays for TCP and TLS again (requests,
"HTTPAdapter", pool_maxsize; Microsoft Learn, "Manage connections in Azure Functions"). A number here is an upper
bound: nothing is opened before it is needed.
"""
from __future__ import annotations

from typing import Any

from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter

from shared.outgoing import Session

CONNECTIONS = 128
"""Kept for one service at most: sixteen requests or twelve jobs at once, each with threads of its own beside it."""

_PIECE_BYTES = 256 * 1024


def transport(**options: Any) -> RequestsTransport:
    """How a client of the SDK sends; `options` are its time-outs, for a client with a transport ignores its own."""
    session = Session()
    # No tries of its own, as in the SDK's session: who asks again is decided above it.
    adapter = HTTPAdapter(pool_maxsize=CONNECTIONS, max_retries=0)
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    return RequestsTransport(session=session, connection_data_block_size=_PIECE_BYTES, **options)
