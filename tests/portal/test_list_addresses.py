"""Whatever leads from a list to the list (its pages, its order, its file, what is done in it) keeps what was chosen."""
from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from functions.portal import lists
from shared.journal import capture_list
from tests.portal.logged import call
from tests.portal.served import Portal, Visitor, page_of
from tests.portal.skipping import skip


def many_calls(portal: Portal) -> None:
    for seconds in range(60):
        call(portal.house, ago=seconds, status=500, run="1")


def many_operations(portal: Portal) -> None:
    for _ in range(101):
        portal.house.clock.forward(1)
        with portal.house.connector.operations.recorded("start_sync", by="ada", shop=portal.house.shop):
            pass


def many_captures(portal: Portal) -> None:
    for number in (5001, 5002, 5003):
        portal.house.order(number)
    portal.house.sync("orders")


def many_payouts(portal: Portal) -> None:
    for number in range(9001, 9061):
        portal.house.payout(number)
    portal.house.sync("payouts")


def many_skipped(portal: Portal) -> None:
    for number in range(1, 61):
        skip(portal.house, number, dismissed_at="2026-03-10T09:00:00Z", dismissed_by="ada", note="x")


def many_taxes(portal: Portal) -> None:
    house = portal.house
    house.order(5001, [{"sku": "1000", "quantity": 1, "unit_price": "0.99"}] * 3)
    house.sync()
    links = house.connector.links(house.shop, "orders")
    one = links.of(["5001"])["5001"]
    links.save([msgspec.structs.replace(one, id=str(id), tax_apart="20:0.51:0.49", etag="")
                for id in range(6001, 6011)])


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists whose pages are long, or take much to fill."""
    monkeypatch.setattr(lists, "_SHOWN", 3)
    monkeypatch.setattr(capture_list, "PAGE", 2)


LISTS: list[tuple[Callable[[Portal], None], str]] = [
    (many_calls, "/portal/log-entries?shop={shop}&errors=on&status=500&direction=Shopify&text=graphql&run=1"
                 "&from=2026-03-10T00%3A00&to=2026-03-11T00%3A00"),
    (many_operations, "/portal/audit?shop={shop}&operation=start_sync&from=2026-03-01T00%3A00"),
    (many_captures, "/portal/data-captures?shop={shop}&type=orders&from=2026-03-01T00%3A00&to=2026-03-30T00%3A00"),
    (many_payouts, "/portal/lists/payouts?shop={shop}&state=Paid"),
    (many_skipped, "{page}/skipped-records?code=item-not-found&type=orders&state=dismissed&sort=newest"),
    (many_taxes, "/portal/orders/tax-apart?shop={shop}&from=2026-03-01&to=2026-03-30"),
]


def led(page: str, rel: str) -> str:
    """Where the page's link of this relation leads."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    assert found is not None
    return unescape(found[1])


def chosen(address: str) -> dict[str, list[str]]:
    """What is chosen in an address, but for the place in the list."""
    return {name: value for name, value in parse_qs(urlsplit(address).query).items() if name != "continuation"}


@pytest.mark.parametrize("fill, address", LISTS, ids=[address.partition("?")[0] for _, address in LISTS])
def test_the_pages_of_a_list_keep_what_was_chosen(
    portal: Portal, fill: Callable[[Portal], None], address: str
) -> None:
    fill(portal)
    visitor, asked = portal.visitor(), address.format(shop=portal.house.shop, page=page_of(portal))

    first = visitor.get(asked).text
    second = led(first, "next")
    back = led(visitor.get(second).text, "first")

    assert chosen(second) == chosen(asked) == chosen(back)
    assert urlsplit(back).path == urlsplit(asked).path
    assert "continuation" not in back
    assert 'rel="first"' not in first


@pytest.mark.parametrize("button", ["retry", "all", "dismiss"])
@pytest.mark.parametrize("list", ["/portal/skipped-records", "{page}/skipped-records"])
def test_what_is_done_in_a_list_leads_back_to_it_as_it_was_chosen(portal: Portal, list: str, button: str) -> None:
    skip(portal.house, 1)
    visitor, asked = portal.visitor(), f"{list.format(page=page_of(portal))}?type=orders&code=item-not-found"

    page = visitor.get(asked).text
    back = {
        "retry": lambda: sent(visitor, page, "orders/1/retry"),
        "all": lambda: sent(visitor, page, "skipped-records/retry"),
        "dismiss": lambda: sent(visitor, visitor.get(linked(page, "/dismiss")).text, "/dismiss", note="x"),
    }[button]()

    assert (urlsplit(back).path, chosen(back)) == (urlsplit(asked).path, chosen(asked))


def linked(page: str, to: str) -> str:
    """The address of the page's link that leads there."""
    found = re.search(rf'href="([^"]*{to}[^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def sent(visitor: Visitor, page: str, to: str, **more: str) -> str:
    """Send the page's form that goes there; where the browser is led."""
    found = re.search(rf'<form[^>]+action="([^"]+{to})".*?</form>', page, re.DOTALL)
    assert found is not None
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', found[0]))
    fields.pop("form-token")
    filled = {name: unescape(value) for name, value in fields.items()} | more
    return visitor.post(found[1], filled, allow_redirects=False).headers["Location"]


def test_from_the_records_of_a_reason_the_way_up_keeps_type_and_state(portal: Portal) -> None:
    many_skipped(portal)

    page = portal.visitor().get(f"{page_of(portal)}/skipped-records?type=orders&state=dismissed&sort=newest").text

    assert chosen(linked(page, "/portal/skipped-records\\?type")) == {"type": ["orders"], "state": ["dismissed"]}
