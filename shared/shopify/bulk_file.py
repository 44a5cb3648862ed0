"""The lines of a file that a bulk operation wrote, one by one as they arrive, whatever happens to the connection.

A file that is cut off is taken up where it was cut (RFC 9110, 14 Range requests, 13.1.5 If-Range), or, where the server
gives it from the start only, is read past what came before. An address that is no longer served is asked for anew.
Sources: Shopify, "Perform bulk operations with the GraphQL Admin API", Download result data (a signed address, seven
days; a plain GET); Google Cloud Storage, "Transcoding of gzip-compressed files" (a range of a compressed file counts
its compressed bytes). Border: lines of bytes; what stands in them is bulk_lines.
"""
from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import requests
import urllib3

from shared.errors import ServiceUnavailable
from shared.shopify.client import ShopifyClient
from shared.texts import sentence

NOT_SERVED = frozenset({400, 401, 403, 404, 410})
"""What an address that expired is answered with: 403 or 400 by Amazon S3 and Google Cloud Storage, 404 and 410 once
the file is gone."""

MOST_FAILURES = 6
"""In a row, without a byte between them."""

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_BLOCK = 1 << 16


class NothingCame(ServiceUnavailable):
    """Not a byte of the file came: its server may be out of reach from here, as Shopify is not."""


def lines(client: ShopifyClient, address: str, anew: Callable[[], str]) -> Iterator[bytes]:
    """Every line of the file at `address`, without its end.

    anew  gives the file's address as it is now; raises if there is none any more
    Raises ServiceUnavailable("shopify-unavailable") when the tries are used up, NothingCame if none brought anything,
    and what `anew` raises.
    """
    rest = b""
    for block in _blocks(client, address, anew):
        first, *others = block.split(b"\n")
        if others:
            yield rest + first
            rest = others.pop()
            yield from others
        else:
            rest += first
    if rest:
        yield rest


class _Copy:
    """What has come of the file: `received` bytes as they were sent, `given` bytes unpacked."""

    def __init__(self) -> None:
        self.received = self.given = self._again = 0
        self.tag = ""
        self._unpack: zlib._Decompress | None = None

    def goes_on(self, response: requests.Response) -> None:
        """Take up this answer: where the last one was cut, or from the start."""
        if response.status_code == requests.codes.partial_content:
            return
        self.received, self._again = 0, self.given
        tag = response.headers.get("ETag", "")
        self.tag = tag if tag.startswith('"') else ""
        packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
        self._unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed else None

    def forget(self) -> None:
        """What was received last is no good: it must come from the start."""
        self.received, self.tag = 0, ""

    def take(self, sent: bytes) -> bytes:
        """What of these bytes is new, unpacked; zlib.error if they do not fit together."""
        self.received += len(sent)
        block = self._unpack.decompress(sent) if self._unpack else sent
        past = min(self._again, len(block))
        self._again -= past
        self.given += len(block) - past
        return block[past:]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is lacking as far as the bytes themselves tell."""
        return self._again == 0 and (self._unpack is None or self._unpack.eof)

    def wanted(self) -> dict[str, str]:
        """Headers that ask for what has not come."""
        headers = {"Accept-Encoding": "gzip"}
        if self.received and self.tag:
            headers |= {"Range": f"bytes={self.received}-", "If-Range": self.tag}
        return headers


def _blocks(client: ShopifyClient, address: str, anew: Callable[[], str]) -> Iterator[bytes]:
    copy, failures, renewed_at = _Copy(), 0, -1
    while True:
        came = copy.given
        try:
            with client.file(address, copy.wanted()) as response:
                if response.status_code in NOT_SERVED and renewed_at != came:
                    address, renewed_at = anew(), came
                    continue
                if _is_given(response, copy):
                    copy.goes_on(response)
                    for sent in response.raw.stream(_BLOCK, decode_content=False):
                        if block := copy.take(sent):
                            yield block
                    if copy.is_whole:
                        return
                why = f"HTTP {response.status_code}"
        except ServiceUnavailable as problem:
            why = problem.detail
        except (urllib3.exceptions.HTTPError, OSError) as error:
            why = error.__class__.__name__
        except zlib.error:
            why = "gzip"
            copy.forget()
        failures = 1 if copy.given > came else failures + 1
        if failures >= MOST_FAILURES:
            raise (ServiceUnavailable if copy.given else NothingCame)("shopify-unavailable", sentence(
                "A bulk operation's file does not come whole: {reason}", reason=why))
        client.wait(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** (failures - 1)))


def _is_given(response: requests.Response, copy: _Copy) -> bool:
    """Whether the answer brings the file, or the rest of it that was asked for."""
    if response.status_code == requests.codes.partial_content:
        return response.headers.get("Content-Range", "").startswith(f"bytes {copy.received}-")
    return bool(response.status_code == requests.codes.ok)
