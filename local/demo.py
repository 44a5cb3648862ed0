"""The demo shop: its card, its connection, its first synchronization - over the admin API, as a person would."""
from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import requests

from local.browser import install
from local.processes import Program, ProgramFailed

SHOP = "DEMO"


def connect_demo_shop(
    api: requests.Session, root: str, shopify: dict[str, Any], business_central: dict[str, Any]
) -> str:
    """Allow HTTP requests, write the shop card and request access as a person would; the shop's code."""
    _ok(api.put(f"{root}/environment", json={"allow_http_requests": True}))
    _ok(api.put(f"{root}/shops/{SHOP}", json=shop_card(shopify["shop"], business_central["company"])))
    request_access(api, root, SHOP)
    return SHOP


def request_access(api: requests.Session, root: str, shop: str) -> dict[str, Any]:
    """The whole OAuth round trip: ask, agree on Shopify's page, come back; what the callback answered.

    `api` keeps the cookie in between, as a browser does. ProgramFailed when Shopify does not agree.
    """
    asked = _ok(api.post(f"{root}/shops/{shop}/access/request"))
    try:
        callback = install(asked["authorize_url"])
    except ValueError as problem:
        raise ProgramFailed(str(problem)) from None
    return dict(_ok(api.get(callback)))


def shop_card(shop: str, company: str) -> dict[str, Any]:
    """A card that takes everything, with accounts and groups of the demo company."""
    return {
        "shopify_url": shop,
        "company_id": company,
        "enabled": True,
        "customer_import_from_shopify": "All Customers",
        "auto_create_unknown_customers": True,
        "company_import_from_shopify": "All Companies",
        "auto_create_unknown_companies": True,
        "default_customer_no": "C-WEB",
        "sku_mapping": "Item No.",
        "auto_create_unknown_items": True,
        "item_template": {
            "general_product_posting_group": "RETAIL", "inventory_posting_group": "RESALE",
            "base_unit_of_measure": "PCS",
        },
        "auto_create_sales_documents": True,
        "shipping_charges_account": "708500",
        "tip_account": "758800",
        "sold_gift_card_account": "419100",
        "cash_roundings_account": "658000",
        "time_zone": "Europe/Paris",
    }


def first_sync(
    api: requests.Session, root: str, shop: str, programs: Sequence[Program], say: Callable[[str], None]
) -> dict[str, Any]:
    """Start a synchronization and follow it to its end; the finished run."""
    before = {run["id"] for run in _ok(api.get(f"{root}/shops/{shop}/runs"))}
    say("synchronizing …")
    while not _started(api.post(f"{root}/shops/{shop}/sync")):
        time.sleep(1)  # a run that was killed holds the shop for a few seconds more
    told = ""
    while True:
        for program in programs:
            program.check()
        runs = [run for run in _ok(api.get(f"{root}/shops/{shop}/runs")) if run["id"] not in before]
        if runs and runs[0]["ended_at"]:
            return dict(runs[0])
        if runs:
            progress = ", ".join(f"{type} {counts['read']}" for type, counts in runs[0]["counts"].items())
            if progress != told:
                say(f"  read: {progress}")
            told = progress
        time.sleep(0.3)


def _started(answer: requests.Response) -> bool:
    if answer.status_code == 409 and answer.json()["type"] == "sync-already-running":
        return False
    _ok(answer)
    return True


def _ok(answer: requests.Response) -> Any:
    if not answer.ok:
        try:
            problem = answer.json()
            raise ProgramFailed(f"{problem['type']}: {problem['detail']} ({problem['fix']})")
        except (ValueError, KeyError):
            method, url = answer.request.method, answer.url
            raise ProgramFailed(f"{method} {url} answered {answer.status_code}") from None
    return answer.json() if answer.content else None
