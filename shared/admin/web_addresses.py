"""Addresses of Business Central's web client, for people: where a record stands, where a problem is mended. Pure.

Source: Microsoft Learn, "Web Client URL" (https://<host>[/<tenant>][/<environment>]/?company=<name>&page=<id>&
filter='<field>' IS '<value>'); the numbers are those of the pages of Microsoft's base application. How an apostrophe is
written within a value is documented nowhere, so a number with one has no filter.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

ONLINE = "https://businesscentral.dynamics.com"
_API_ONLINE = re.compile(r"https://api\.businesscentral\.dynamics\.com/v2\.0/([^?#]+)/api/v2\.0", re.IGNORECASE)

PAGES: Mapping[str, int] = {
    "customers": 21, "items": 30, "salesOrders": 9305, "salesInvoices": 143, "salesShipments": 142,
}
"""Where a row of a page of the API is seen: Customer Card, Item Card, Sales Order List, and what an order becomes:
Posted Sales Invoices, Posted Sales Shipments."""

MENDED_ON: Mapping[str, int] = {
    "posting-group-missing": 22, "customer-blocked": 22, "item-not-found": 31, "item-blocked": 31, "unit-unknown": 31,
    "number-series": 456, "currency-unknown": 5, "country-unknown": 10, "tax-mismatch": 472, "account-missing": 16,
    "document-differs": 9305, "document-still-there": 9305, "order-changed-after-processing": 9305,
    "order-refunded-after-processing": 9305, "order-cancelled-after-processing": 9305, "web-service-missing": 810,
}
"""By the code of a problem: Customers, Items, No. Series, Currencies, Countries/Regions, VAT Posting Setup, Chart of
Accounts, Sales Orders, Web Services."""


def root_of(api_root: str, given: str) -> str:
    """Where the web client is: as a setting says, else as it follows from the API's address; "" where neither tells.

    Of an address that somebody copied from his browser the company, page and filter that he looked at fall away.
    """
    if given:
        parts = urlsplit(given)
        tenant = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name.lower() == "tenant"])
        root = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        return f"{root}/?{tenant}" if tenant else root
    found = _API_ONLINE.fullmatch(api_root)
    return f"{ONLINE}/{found[1]}" if found else ""


def address(root: str, company: str, page: int | None = None, number: str = "") -> str:
    """The page of a company, with the one row of this number; "" where root or company's name is not known.

    company  its name, not its display name; page: None for the company's first one
    """
    if not root or not company:
        return ""
    parts = [f"company={quote(company, safe='')}"]
    if page is not None:
        parts.append(f"page={page}")
        if number and "'" not in number:
            parts.append("filter=" + quote(f"'No.' IS '{number}'", safe=""))
    return root + ("&" if "?" in root else "/?") + "&".join(parts)
