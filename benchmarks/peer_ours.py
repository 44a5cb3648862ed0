"""The connector's own reading of one type, as JSON lines on standard output, for benchmarks/peers.py.

    python -m benchmarks.peer_ours TYPE --shopify URL --token TOKEN [--since TIME]

It reads as a run does: whole records with every further page of theirs, the next page while one is handed on. Every
record is checked against its type; what is written is what Shopify sent, as the captures keep it.
"""
from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from shared.clock import SystemClock, iso
from shared.record_names import several_called
from shared.shopify.client import ShopifyClient
from shared.shopify.cursors import Trail
from shared.stores.synchronization_info import SynchronizationInfo
from shared.sync.job import pages


def main() -> None:
    """Read everything that changed since a time, up to now."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("type")
    parser.add_argument("--shopify", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--since", default="2016-01-01T00:00:00Z")
    options = parser.parse_args()
    clock = SystemClock()
    client = ShopifyClient(options.shopify, token=lambda: options.token, clock=clock)
    until = iso(datetime.now(UTC))
    info = SynchronizationInfo(shop="PEER", type=options.type, run_since=options.since, run_until=until)
    for page in pages(client, info, Trail(several_called(options.type))):
        for record in page.records:
            sys.stdout.buffer.write(b'{"type": "RECORD", "record": ' + record.raw + b"}\n")
    client.close()


if __name__ == "__main__":
    main()
