"""Log entries as a page finds them."""
from __future__ import annotations

from datetime import timedelta

from shared.exchange import Exchange
from shared.journal.log_entries import LogEntry
from shared.journal.log_list import LogFilter, list_log_entries
from tests.house import House


def call(
    house: House, request: str = "{}", response: str = "{}", *, status: int = 200, ago: int = 0, **fields: str
) -> str:
    """Keep a call that was made so many seconds ago; the number of its entry."""
    known = {one.id for one in everything(house)}
    house.connector.logs.write(house.shop, fields.pop("run", ""), [(1, Exchange(
        at=house.clock.now() - timedelta(seconds=ago), direction=fields.pop("direction", "Shopify"), method="POST",
        url=fields.pop("url", "https://demo-fr.myshopify.com/admin/api/2026-10/graphql.json"), status=status,
        description=fields.pop("description", "OK"), has_error=status != 200, retry=0, seconds=0.25,
        request_id=fields.pop("request_id", "req-1"), request=request, response=response))])
    (number,) = {one.id for one in everything(house)} - known
    return number


def everything(house: House) -> list[LogEntry]:
    found, continuation = list[LogEntry](), None
    while continuation != "":
        page = list_log_entries(house.connector.logs, [house.shop], LogFilter(), continuation or "")
        found, continuation = [*found, *page.entries], page.continuation
    return found
