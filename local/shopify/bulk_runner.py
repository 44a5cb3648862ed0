"""Brings bulk operations to their end in the background, and serves their files.

GET /bulk-operation-outputs/{name}: no token needed, 403 after seven days by the shop's clock; the operation is EXPIRED
then. Packed for who accepts gzip (`packed`), in ranges (`ranges`), by way of a redirect (`redirects`), its lines in an
`order` as bulk_export says.
An operation ends `seconds` of the clock after its creation. The end is told as ``bulk_operations/finish``
with status and error code in small letters and without an address. No rows: COMPLETED with `url` null.
Faults (see `faults`): bulk_failed ends FAILED, with the first `lines` lines as partial data; bulk_canceled, bulk_cut,
bulk_5xx, bulk_moved.
Source: Shopify: Bulk operations, Queries (Download result data; Canceled operations: stalled ones are cancelled by
Shopify); BulkOperationStatus (EXPIRED: "The bulk operation URL has expired"); webhook topic bulk_operations/finish.
Files lie at Google Cloud Storage, which serves ranges and packed files. Border: what a query gives is
`bulk_export`; files live in a temporary folder and go with the process.
"""
from __future__ import annotations

import asyncio
import gzip
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from local.shopify.bulk import RUNNING
from local.shopify.bulk_export import Written, export
from local.shopify.bulk_rules import bulk_plan
from local.shopify.execution import Execution
from local.shopify.records import Record
from local.shopify.service import RESOLVERS_OF_ALL_ROOMS, Service
from local.shopify.state import iso

LOOK_AGAIN = 0.05               # seconds of real time between looks at the operations
BLOCK = 1 << 18
FILE_LIFE = timedelta(days=7)
EXPIRED = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>ExpiredToken</Code></Error>"
UNKNOWN = EXPIRED.replace("ExpiredToken", "NoSuchKey")


class BulkRunner:
    """The background task of one shop. `seconds`: how long an operation takes, by the shop's clock."""

    def __init__(self, service: Service) -> None:
        self.service, self.seconds, self.base_url = service, 0.0, ""
        self.order, self.packed, self.ranges, self.redirects = "", False, True, False
        self._expiry: dict[str, datetime] = {}
        self._folder = Path()

    async def running(self, app: web.Application) -> AsyncIterator[None]:
        """The life of the runner, as an aiohttp cleanup context."""
        with tempfile.TemporaryDirectory(prefix="simulated-bulk-") as folder:
            self._folder = Path(folder)
            task = asyncio.create_task(self._forever())
            yield
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _forever(self) -> None:
        while True:
            busy = [o for o in list(self.service.state.bulk_operations.values()) if o["status"] in RUNNING]
            for operation in busy:
                await asyncio.to_thread(self.advance, operation)
            self._expire()
            await asyncio.sleep(LOOK_AGAIN if busy else LOOK_AGAIN * 5)

    def advance(self, operation: Record) -> None:
        """Take an operation one step on."""
        now = self.service.clock.now()
        if operation["status"] == "CANCELING":
            self._end(operation, "CANCELED")
        elif operation["status"] == "CREATED":
            operation["status"] = "RUNNING"
        elif self.service.faults.take("bulk_canceled"):
            self._end(operation, "CANCELED")
        elif now - datetime.fromisoformat(operation["createdAt"]) >= timedelta(seconds=self.seconds):
            self._finish(operation)

    def _expire(self) -> None:
        now = self.service.clock.now()
        for operation in list(self.service.state.bulk_operations.values()):
            served = operation["status"] == "COMPLETED" and operation["url"]
            if served and self._expiry[name_in(served)] <= now:
                operation["status"] = "EXPIRED"

    def _finish(self, operation: Record) -> None:
        failure = self.service.faults.take("bulk_failed")
        name = f"{secrets.token_hex(14)}.jsonl"
        written = self._written(operation, name, failure.get("lines", 0) if failure else None)
        denied = any(e["extensions"]["code"] == "ACCESS_DENIED" for e in written.errors)
        operation.update(objectCount=str(written.lines), rootObjectCount=str(written.roots))
        address = self._address(operation, name) if written.lines else None
        if failure or written.errors:
            code = "ACCESS_DENIED" if denied else "INTERNAL_SERVER_ERROR"
            operation.update(errorCode=(failure or {}).get("code", code), partialDataUrl=address)
            self._end(operation, "FAILED")
        elif operation["status"] == "CANCELING":        # asked for while the rows were written
            self._end(operation, "CANCELED")
        else:
            operation.update(url=address, fileSize=str(written.size) if address else None)
            self._end(operation, "COMPLETED")

    def _written(self, operation: Record, name: str, most: int | None) -> Written:
        service = self.service
        plan, _ = bulk_plan(service.schema.graphql, operation["query"])
        assert plan
        run = Execution(service.schema, service.state, operation["token"], service.clock.now(), {},
                        RESOLVERS_OF_ALL_ROOMS, bulk=True)
        with (self._folder / name).open("wb") as target:
            return export(run, plan, target, grouped=operation["grouped"], most=most, order=self.order)

    def _address(self, operation: Record, name: str) -> str:
        """With the name under which a browser would keep the file, from which some clients take it.

        Source: Shopify, "Perform bulk operations", the `url` of its examples.
        """
        expires_at = self._expiry[name] = self.service.clock.now() + FILE_LIFE
        kept_as = f"bulk-{operation['id'].rpartition('/')[2]}.jsonl"
        query = urlencode({
            "Expires": int(expires_at.timestamp()),
            "response-content-disposition": f"attachment; filename=\"{kept_as}\"; filename*=UTF-8''{kept_as}",
            "response-content-type": "application/jsonl",
        })
        return f"{self.base_url}/bulk-operation-outputs/{name}?{query}"

    def _end(self, operation: Record, status: str) -> None:
        operation.update(status=status, completedAt=iso(self.service.clock.now()))
        app = self.service.grants.apps[operation["app"]]
        self.service.webhooks.publish("bulk_operations/finish", {
            "admin_graphql_api_id": operation["id"], "status": status.lower(), "type": "query",
            "error_code": operation["errorCode"] and operation["errorCode"].lower(),
            "created_at": operation["createdAt"], "completed_at": operation["completedAt"]}, app=app)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """The file behind an address, to anyone who knows it."""
        name, faults = request.match_info["name"], self.service.faults
        if name not in self._expiry:
            return web.Response(status=404, text=UNKNOWN, content_type="application/xml")
        if faults.take("bulk_moved"):
            self._move(name)
        if name not in self._expiry or self._expiry[name] <= self.service.clock.now():
            return web.Response(status=403, text=EXPIRED, content_type="application/xml")
        if broken := faults.take("bulk_5xx"):
            return web.Response(status=broken.get("status", 503), text="<html></html>", content_type="text/html")
        if self.redirects and "moved" not in request.query:
            raise web.HTTPFound(f"{request.path}?moved=1")
        path = self._packed(name) if self.packed and "gzip" in request.headers.get("Accept-Encoding", "") \
            else self._folder / name
        return await self._sent(request, path, faults.take("bulk_cut"))

    def _move(self, name: str) -> None:
        """The file gets another address."""
        other = f"{secrets.token_hex(14)}.jsonl"
        (self._folder / name).rename(self._folder / other)
        self._expiry[other] = self._expiry.pop(name)
        for operation in self.service.state.bulk_operations.values():
            operation.update({key: operation[key].replace(name, other) for key in ("url", "partialDataUrl")
                              if operation[key]})

    def _packed(self, name: str) -> Path:
        """The file in gzip, the same bytes whenever it is asked for."""
        packed = self._folder / f"{name}.gz"
        if not packed.exists():
            with (self._folder / name).open("rb") as plain, packed.open("wb") as target, \
                    gzip.GzipFile("", "wb", 6, target, mtime=0) as file:
                shutil.copyfileobj(plain, file)
        return packed

    async def _sent(self, request: web.Request, path: Path, cut: dict[str, Any] | None) -> web.StreamResponse:
        """The file, or the range of it that is asked for as long as its tag is the same (RFC 9110, 13.1.5, 14.2)."""
        size, tag = path.stat().st_size, f'"{path.name}"'
        start = request.http_range.start or 0
        in_part = self.ranges and start > 0 and request.headers.get("If-Range", tag) == tag
        headers = {"Content-Type": "application/jsonl", "ETag": tag}
        if path.suffix == ".gz":
            headers["Content-Encoding"] = "gzip"
        if in_part:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        begin = start if in_part else 0
        answer = web.StreamResponse(status=206 if in_part else 200, headers=headers)
        answer.content_length = size - begin
        await answer.prepare(request)
        left = min(size - begin, cut.get("after", 1000) if cut else size)
        with path.open("rb") as file:
            file.seek(begin)
            while block := file.read(min(left, BLOCK)):
                await answer.write(block)
                left -= len(block)
        if cut and request.transport is not None:
            request.transport.close()
        return answer


def name_in(address: str) -> str:
    """The name of the file at an address."""
    return address.rsplit("/", 1)[1].split("?")[0]
