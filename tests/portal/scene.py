"""A house in which every page of the portal has something to show, and where: for axe, browsers without a script, and
pictures. With `hostile` it is what a hostile shop would have it be.
"""
from __future__ import annotations

import re
from datetime import timedelta

import msgspec

from shared.access.connections import Connection, State
from shared.exchange import Exchange
from shared.stores.skipped_records import SkippedRecord
from tests.house import House
from tests.portal.pages import page_functions

ORDER, SKIPPED, CUSTOMER = 5001, 5002, 7101


class Scene:
    """What was put into a house; `places` are the values that addresses take, by the name of their part."""

    def __init__(self, house: House, hostile: str = "", length: int = 0) -> None:
        """`length` characters more stand in what shops may send at any length."""
        self.house, self.hostile, self._more = house, hostile, "W" * length
        house.card(logging_mode="All")
        house.customer(CUSTOMER, first_name=hostile[:60] or "Marie")
        house.order(ORDER, note=hostile + self._more)
        house.order(SKIPPED, [{"sku": hostile[:100] or "4711", "quantity": 1, "unit_price": "25.00",
                               "title": hostile[:200] or "Chemise en lin"}])
        house.sync()
        house.change("customers", CUSTOMER, last_name=hostile[:60] or "Curie-Joliot")
        house.sync()
        self.run = house.sync().id
        self.entry = self._a_refused_call()
        self._skipped()
        self._another_shop()
        kept = house.connector.captures.of_record(house.shop, "customers", str(CUSTOMER))
        self.capture = kept[0].id

    def path(self, name: str, route: str) -> str:
        """An address of this function that shows something of the house."""
        type, id = self._record(name)
        parts = {"shop": self.house.shop, "type": type, "id": id}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: parts[part[1]], route)

    def pages(self) -> dict[str, str]:
        """What is looked at: every page of the app, and states of some that only an address with a question has."""
        found = {name: self.path(name, route) for name, route in page_functions().items()}
        shop, skipped = self.house.shop, "/portal/skipped-records"
        return found | {
            "a shop without access": f"/portal/shops/{self.poor}", "nothing found": f"{skipped}?type=payouts",
            "dismissed": f"{skipped}?state=dismissed", "left out": f"{skipped}?state=left-out",
            "all of a reason": f"/portal/shops/{shop}/skipped-records?code=item-not-found",
            "the log, live": "/portal/log-entries?live=on&errors=on",
            "a log without entries": "/portal/log-entries?text=nothing-like-it",
            "a log to remove from": "/portal/log-removal", "no such page": f"/portal/shops/{shop}/runs/1",
            "a reset to confirm": f"/portal/shops/{shop}/reset/orders?how=all",
            "a question that is none": "/portal/log-entries?status=much", "signed out": "/portal/signed-out",
        }

    def _record(self, name: str) -> tuple[str, str]:
        if name == "portal_compare_data_captures":
            return "customers", str(CUSTOMER)
        if "capture" in name:
            return "customers", self.capture
        if name.startswith("portal_log"):
            return "", self.entry
        if name == "portal_run":
            return "", self.run
        return "orders", str(ORDER if name in ("portal_record", "portal_order_to_create_again") else SKIPPED)

    def _a_refused_call(self) -> str:
        """A log entry with an error, the newest; its id."""
        house = self.house
        before = {one.id for one in entries(house)}
        house.connector.logs.write(house.shop, self.run, [(1, Exchange(
            at=house.clock.now() - timedelta(seconds=1), direction="Shopify", method="POST", status=500,
            url=f"https://{house.shopify.shop}/admin/api/2026-10/graphql.json", description="Internal Server Error",
            has_error=True, retry=0, seconds=0.25, request_id="8f2c1d7e-5b1f-4a53-9d1c-6a7e1b0f2c11",
            request=msgspec.json.encode({"query": f"query {{ shop {{ id }} }} # {self.hostile}{self._more}"}).decode(),
            response=msgspec.json.encode({"errors": [{
                "message": f"Internal error. Looks like something went wrong on our end. {self.hostile}{self._more}",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": "8f2c1d7e-5b1f-4a53-9d1c-6a7e1b0f2c11"},
            }]}).decode(),
        ))])
        (id,) = {one.id for one in entries(house)} - before
        return id

    def _skipped(self) -> None:
        told = self.hostile or "G/L account 708500 has no general posting group"
        row = {"shop": self.house.shop, "type": "orders", "tries": 3, "first_at": "2026-03-09T20:00:00Z",
               "last_at": "2026-03-10T09:30:00Z", "next_try": "2026-03-10T11:00:00Z", "detail": told}
        states: list[dict[str, object]] = [
            {"id": "6001", "code": "posting-group-missing"}, {"id": "6002", "code": "posting-group-missing"},
            {"id": "6003", "code": "total-mismatch", "dismissed_at": "2026-03-10T09:40:00Z", "dismissed_by": "Ada",
             "note": self.hostile or "paid in cash"},
            {"id": "6004", "code": "order-left-out", "left_out": True},
        ]
        self.house.connector.skipped.park([msgspec.convert(row | one, SkippedRecord) for one in states])

    def _another_shop(self) -> None:
        """A shop that lost its access."""
        connector, self.poor = self.house.connector, "UK"
        card = connector.shops.get(self.house.shop)
        connector.shops.save(self.poor, {"shopify_url": "https://demo-uk.myshopify.com", "company_id": card.company_id,
                                         "enabled": True})
        connector.tokens.keep(self.poor, "shpat_removed")
        connector.tokens.connections.save(self.poor, Connection(
            state=State.DISCONNECTED, reason="shop-disconnected", at="2026-03-10T09:00:00Z",
            detail=self.hostile or "the app was removed in Shopify"))
        connector.tokens.connections.pending(self.poor, "demo-gb.myshopify.com", "2027-01-01T00:00:00Z")


def entries(house: House) -> list[msgspec.Struct]:
    """The newest log entries of the house's shop."""
    from shared.journal.log_list import LogFilter, list_log_entries

    return list(list_log_entries(house.connector.logs, [house.shop], LogFilter()).entries)

