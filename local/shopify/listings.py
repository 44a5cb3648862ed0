"""What the shop can list: rows of each type, how they sort, what searches read from them.

A *row* is a `Stored` record (or a `Row` for variants, inventory items and fulfillment orders, which live
inside others). Sort keys and search fields are read from the short spec where possible, so that listing
thousands of orders does not build thousands of records.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from local.shopify.paging import Key
from local.shopify.payment_records import movements_of
from local.shopify.records import Record
from local.shopify.state import ShopState, Stored

# GraphQL type of a connection's nodes -> type of the state, or None for rows inside other records
LISTED = {"Order": "orders", "Customer": "customers", "Product": "products", "Company": "companies",
          "ProductVariant": None, "InventoryItem": None, "FulfillmentOrder": None, "Location": None,
          "CompanyLocation": None, "ShopifyPaymentsPayout": "payouts", "ShopifyPaymentsDispute": "disputes",
          "ShopifyPaymentsBalanceTransaction": None}


Sorted = tuple[Key, Any]            # a row behind the key it is sorted by


@dataclass(frozen=True)
class Row:
    """A record that lives inside another one, looking like `Stored`."""

    number: int
    spec: dict[str, Any]
    record: Record


def rows_of(state: ShopState, typename: str, *, lag: float, now: datetime) -> list[Any]:
    """All rows of a type as the search index shows them: changes of the last `lag` seconds are not in yet."""
    type = LISTED.get(typename, "")
    if type:
        rows = state.stored(type)
        return rows if not lag else [r for r in (_indexed(s, now - timedelta(seconds=lag)) for s in rows) if r]
    if typename == "ProductVariant":
        return [_row(v) for p in state.stored("products") for v in p.record["variants"]]
    if typename == "InventoryItem":
        return [_row(v["inventoryItem"]) for p in state.stored("products") for v in p.record["variants"]]
    if typename == "FulfillmentOrder":
        return [_row(f) for o in state.stored("orders") for f in o.record["fulfillmentOrders"]]
    if typename == "CompanyLocation":
        return [_row(place) for c in state.stored("companies") for place in c.record["locations"]]
    if typename == "ShopifyPaymentsBalanceTransaction":
        return [_row(m) for p in state.stored("payouts") for m in movements_of(p.spec)]
    if typename == "Location":
        return [_row(state.location)]
    return []


def _indexed(stored: Stored | None, horizon: datetime) -> Stored | None:
    while stored is not None and stored.changed_at > horizon:
        stored = stored.previous
    return stored


def _row(record: Record) -> Row:
    created = record.get("createdAt") or record.get("transactionDate")
    spec = {"created_at": created, "updated_at": record.get("updatedAt")}
    return Row(int(record["id"].rsplit("/", 1)[1]), spec, record)


# -- sorting ----------------------------------------------------------------------

SORTS: dict[str, Callable[[Any], Any]] = {
    "UPDATED_AT": lambda row: row.spec["updated_at"],
    "CREATED_AT": lambda row: row.spec["created_at"],
    "PROCESSED_AT": lambda row: row.spec.get("processed_at") or row.spec["created_at"],
    "NAME": lambda row: _name(row),
    "ORDER_NUMBER": lambda row: f"{row.record['number']:012d}",
    "TITLE": lambda row: row.record["title"].lower(),
    "VENDOR": lambda row: row.record["vendor"].lower(),
    "ISSUED_AT": lambda row: row.record["issuedAt"],
    "SKU": lambda row: row.record.get("sku") or "",
}


def _name(row: Any) -> str:
    record = row.record
    if record["__typename"] == "Customer":
        return f"{record['lastName'] or ''}, {record['firstName'] or ''}".lower()
    return str(record.get("name") or record.get("displayName") or record.get("title") or "").lower()


def sorted_rows(rows: list[Any], sort_key: str | None, reverse: bool) -> list[Sorted]:
    """Rows in order, each with its key; the id breaks ties, unknown sort keys mean the id."""
    read = SORTS.get(sort_key or "ID") or (lambda row: f"{row.number:020d}")
    keyed = [((read(row), row.number), row) for row in rows]
    return sorted(keyed, key=lambda item: item[0], reverse=reverse)


# -- searching --------------------------------------------------------------------

def reader(row: Any) -> Callable[[str], Any]:
    """What the search field `name` reads from this row."""
    typename = row.record["__typename"] if isinstance(row, Row) else None

    def read(name: str) -> Any:
        if name == "id":
            return row.number
        if name in ("updated_at", "created_at"):
            return row.spec[name]
        if name in ("customer_date",):
            return row.spec["created_at"]
        found = READERS.get((typename or row.record["__typename"], name))
        return found(row.record, row) if found else row.record.get(_camel(name))

    return read


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _order_status(record: Record, row: Any) -> list[str]:
    if record["cancelledAt"]:
        return ["cancelled", "not_closed"] if not record["closed"] else ["cancelled", "closed"]
    return ["closed"] if record["closed"] else ["open", "not_closed"]


def _number_of(reference: str | None) -> int | None:
    return int(reference.rsplit("/", 1)[1]) if reference else None


def _fulfillment_status(record: Record, row: Any) -> list[str]:
    shipped = record["displayFulfillmentStatus"] == "FULFILLED"
    return ["fulfilled", "shipped"] if shipped else ["unfulfilled", "unshipped"]


READERS: dict[tuple[str, str], Callable[[Record, Any], Any]] = {
    ("Order", "status"): _order_status,
    ("Order", "financial_status"): lambda r, row: (r["displayFinancialStatus"] or "").lower(),
    ("Order", "fulfillment_status"): _fulfillment_status,
    ("Order", "customer_id"): lambda r, row: _number_of(r["customer"]),
    ("Order", "processed_at"): lambda r, row: r["processedAt"],
    ("Order", "name"): lambda r, row: [r["name"], r["name"].lstrip("#")],
    ("Order", "tag"): lambda r, row: r["tags"],
    ("Order", "sku"): lambda r, row: [line["sku"] for line in r["lineItems"]],
    ("Order", "gateway"): lambda r, row: r["paymentGatewayNames"],
    ("Order", "current_total_price"): lambda r, row: r["currentTotalPriceSet"]["shopMoney"]["amount"],
    ("Order", "default"): lambda r, row: [r["name"], r["name"].lstrip("#"), r["email"], r["poNumber"]],
    ("Customer", "tag"): lambda r, row: r["tags"],
    ("Customer", "country"): lambda r, row: [a[k] for a in r["addresses"] for k in ("country", "countryCodeV2")],
    ("Customer", "default"): lambda r, row: [r["displayName"], r["email"], r["phone"]],
    ("Product", "tag"): lambda r, row: r["tags"],
    ("Product", "gift_card"): lambda r, row: r["isGiftCard"],
    ("Product", "status"): lambda r, row: r["status"].lower(),
    ("Product", "sku"): lambda r, row: [v["sku"] for v in r["variants"]],
    ("Product", "barcode"): lambda r, row: [v["barcode"] for v in r["variants"]],
    ("Product", "inventory_total"): lambda r, row: r["totalInventory"],
    ("Product", "default"): lambda r, row: [r["title"], r["vendor"], *(v["sku"] for v in r["variants"])],
    ("ProductVariant", "product_id"): lambda r, row: _number_of(r["product"]),
    ("ProductVariant", "default"): lambda r, row: [r["displayName"], r["sku"], r["barcode"]],
    ("FulfillmentOrder", "assigned_location_id"): lambda r, row: 1,
    ("ShopifyPaymentsPayout", "status"): lambda r, row: r["status"].lower(),
    ("ShopifyPaymentsDispute", "status"): lambda r, row: r["status"].lower(),
    ("ShopifyPaymentsBalanceTransaction", "payments_transfer_id"): lambda r, row: _number_of(
        r["associatedPayout"]["id"]),
    ("ShopifyPaymentsBalanceTransaction", "processed_at"): lambda r, row: r["transactionDate"],
    ("ShopifyPaymentsBalanceTransaction", "transaction_type"): lambda r, row: r["type"].lower(),
    ("ShopifyPaymentsBalanceTransaction", "payout_status"): lambda r, row: r["associatedPayout"]["status"].lower(),
    ("Company", "default"): lambda r, row: [r["name"], r["externalId"]],
}
