"""UI pages that a company publishes as OData V4 web services, for what API v2.0 has no property for.

Rules: Microsoft Learn, "Publishing pages as web services", "OData web services": beside `api/v2.0` lies `ODataV4`,
the company is named by its name, a row by the page's key. A batch cannot mix the two roots.
Border: builds calls and gives answers as they are; what a refusal means depends on the page, see item_card.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from shared.business_central import wire
from shared.business_central.answers import Answer
from shared.business_central.refusals import Written
from shared.business_central.transport import Call, Transport

API = "/api/v2.0"
WEB_SERVICES = "/ODataV4"


class WebService:
    """One published page of one company.

    api_root  root of API v2.0, from which the web services' root follows
    company   the company's name (not its display name)
    name      Service Name on the page Web Services
    """

    def __init__(self, transport: Transport, api_root: str, company: str, name: str) -> None:
        self._transport = transport
        self._name = name
        self._url = f"{api_root.removesuffix(API)}{WEB_SERVICES}/Company({_literal(company)})/{name}"

    def probe(self, select: str) -> Answer:
        """At most one row, whichever; tells whether the page is published and has these properties."""
        return self._get(f"{self._url}{wire.query({'$select': select, '$top': '1'})}")

    def read(self, key: str, select: str) -> Answer:
        """The row with this key, from the primary, with "@odata.etag"."""
        return self._get(f"{self._row(key)}{wire.query({'$select': select})}")

    def change(self, key: str, body: Mapping[str, Any], etag: str) -> Answer:
        """PATCH the row with this key, if it is still the one that was read."""
        headers = {"Content-Type": "application/json", "If-Match": etag}
        written = Written(self._name, body)
        return self._transport.send(Call("PATCH", self._row(key), headers, wire.encode(body), written, writes=1))

    def _get(self, url: str) -> Answer:
        # What is read here decides what is written.
        headers = {"Data-Access-Intent": "ReadWrite"}
        return self._transport.send(Call("GET", url, headers, b"", Written(self._name), writes=0))

    def _row(self, key: str) -> str:
        return f"{self._url}(No={_literal(key)})"


def _literal(text: str) -> str:
    """An OData text as part of a path: CRONUS FR -> 'CRONUS%20FR'."""
    return f"'{quote(wire.quoted(text)[1:-1], safe='')}'"
