"""A second process that delivers webhooks as Shopify does: at a rate, and again when it gets no 2xx.

    python -m benchmarks.webhook_sender DELIVERIES --url URL --rate 200

DELIVERIES is a file with one JSON object a line: `headers` and `body`. Prints one JSON object: how many were
delivered and how many tries failed, and the seconds to each successful answer: from when the webhook was due, or its
try was begun after one that failed. What waits for a place among those under way waits as long for its answer.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

MOST_TRIES = 120
GAP_SECONDS = 0.5
AT_ONCE = 64


class Sender:
    """The tries of all deliveries."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self._places = asyncio.Semaphore(AT_ONCE)
        self.seconds: list[float] = []
        self.failed_tries = 0

    async def deliver(self, delivery: dict[str, Any], due: float) -> None:
        """Until it is taken."""
        for _ in range(MOST_TRIES):
            if await self._taken(delivery, due):
                return
            self.failed_tries += 1
            await asyncio.sleep(GAP_SECONDS)
            due = time.perf_counter()
        sys.exit("a delivery was never taken")

    async def _taken(self, delivery: dict[str, Any], due: float) -> bool:
        async with self._places:
            try:
                body = delivery["body"].encode()
                async with self._session.post(self._url, data=body, headers=delivery["headers"]) as answer:
                    if answer.status // 100 != 2:
                        return False
            except (aiohttp.ClientError, TimeoutError):
                return False
            self.seconds.append(time.perf_counter() - due)
            return True


async def send(deliveries: list[dict[str, Any]], url: str, rate: float) -> Sender:
    """All of them, begun at this rate a second."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        sender, began, tasks = Sender(session, url), time.perf_counter(), []
        for number, delivery in enumerate(deliveries):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(sender.deliver(delivery, due)))
        await asyncio.gather(*tasks)
        return sender


def main() -> None:
    """Read, send, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("deliveries", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    deliveries = [json.loads(line) for line in options.deliveries.read_text().splitlines()]
    sender = asyncio.run(send(deliveries, options.url, options.rate))
    print(json.dumps({
        "delivered": len(sender.seconds), "failed_tries": sender.failed_tries, "seconds": sender.seconds,
    }))


if __name__ == "__main__":
    main()
