"""One of many hosts: a lease on a blob decides which host keeps a schedule.

Rules: Microsoft Learn, "Lease Blob" and host.json `singleton`. A host that ends gives the lease back; one that is
killed loses it when the lock period is over. Border: says who may start work; work that has started goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.blob.aio import BlobClient, BlobLeaseClient

from local.functions_host.clock import pause

log = logging.getLogger("host.singleton")


class BlobLock:
    """A lock that one host at a time holds: `acquire`, then `renew` in the background, then `release`."""

    def __init__(self, blob: BlobClient, period: timedelta) -> None:
        self._blob = blob
        self._seconds = int(period.total_seconds())
        self._lease: BlobLeaseClient | None = None

    async def acquire(self) -> bool:
        """Try once; False when another host holds the lock or the storage does not answer."""
        lease = BlobLeaseClient(self._blob)
        try:
            with contextlib.suppress(HttpResponseError):
                await self._blob.upload_blob(b"", overwrite=False)
            await lease.acquire(lease_duration=self._seconds)
        except AzureError:
            return False
        self._lease = lease
        return True

    async def renew(self, halt: asyncio.Event) -> None:
        """Keep the lock until `halt`; when it is lost, set `halt`."""
        while not halt.is_set():
            await pause(self._seconds / 3, halt)
            try:
                if self._lease is not None:
                    await self._lease.renew()
            except AzureError as error:
                log.warning("lock %s is lost: %s", self._blob.blob_name, error.message.splitlines()[0])
                self._lease = None
                halt.set()

    async def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        lease, self._lease = self._lease, None
        if lease is not None:
            with contextlib.suppress(AzureError):
                await lease.release()
