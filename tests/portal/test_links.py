"""Every address that a page of ours leads to is answered, and every choice of its filters: whatever is kept, by a later
version too, and however a card stands.
"""
from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import pytest

from tests.portal.later_version import LATER, kept_by_a_later_version
from tests.portal.scene import Scene
from tests.portal.served import Portal, Visitor, page_of, text_of
from tests.portal.skipping import skip
from tests.unreadable_card import unreadable_card

LISTS = ["/portal/skipped-records", "/portal/runs", "/portal/log-entries", "/portal/data-captures", "/portal/audit",
         "/portal/lists/orders", "/portal/lists/payouts", "/portal/orders/tax-apart", "/portal/log-removal"]


class Leads(HTMLParser):
    """Where a page leads: its links, and each choice of a form that asks, with whatever else that form holds."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found = list[str]()
        self._action, self._select, self._waits = "", "", False
        self._fields, self._choices = dict[str, str](), list[tuple[str, str]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.found.append(told.get("href", ""))
        elif tag == "form":
            self._action = told["action"] if told.get("method", "get") == "get" else ""
            self._fields, self._choices = {}, []
        elif tag == "select":
            self._select = told["name"]
        elif tag == "input" and told.get("type") not in ("checkbox", "radio"):
            self._fields[told.get("name", "")] = told.get("value", "")
        self._waits = tag == "option" and "value" not in told
        if tag == "option" and not self._waits:
            self._choices.append((self._select, told["value"]))

    def handle_data(self, data: str) -> None:
        if self._waits:
            self._choices.append((self._select, data.strip()))
            self._waits = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._action:
            self.found += (f"{self._action}?{urlencode(self._fields | {name: value})}" for name, value in self._choices)


def refused(visitor: Visitor) -> list[tuple[str, str, int]]:
    """Addresses within the portal, reached from the overview, that are not answered: whence, where to, the status."""
    waiting, asked, found = [("", "/portal")], set[str](), list[tuple[str, str, int]]()
    while waiting:
        whence, address = waiting.pop()
        if address in asked or not address.startswith("/portal") or "/language/" in address:
            continue
        asked.add(address)
        answer = visitor.get(address)
        if answer.status_code >= 400:
            found.append((whence, address, answer.status_code))
        elif "html" in answer.headers["Content-Type"]:
            waiting += ((address, urljoin(address, one).partition("#")[0]) for one in Leads(answer.text).found)
    assert len(asked) > 100
    return found


def test_wherever_a_page_leads_is_a_page_also_with_what_a_later_version_has_kept(portal: Portal) -> None:
    house, scene = portal.house, Scene(portal.house)
    kept_by_a_later_version(portal)
    for number in range(1, 61):
        skip(house, number, type="gift_cards", code=LATER)
    with house.connector.operations.recorded("of_later", by="ada", shop="GONE", type="orders") as done:
        done.after = {"capture": "1"}

    with unreadable_card(house, scene.poor):
        found = refused(portal.visitor())

    # The card cannot be read, and each of these pages is about what stands on it, and says so.
    assert [one for one in found if one[2] != 409] == []
    assert sorted(address.removeprefix("/portal") for _, address, _ in found) == [
        "/orders/not-on-their-company?shop=UK", "/shops/UK", "/shops/UK/set-up", "/shops/UK/webhooks"]


@pytest.mark.parametrize("path", [
    *(f"{path}?shop={{code}}" for path in LISTS), "{page}/skipped-records", "{page}/records/orders/5001",
])
def test_what_is_kept_of_a_shop_is_shown_though_its_card_cannot_be_read(portal: Portal, path: str) -> None:
    skip(portal.house, 5001)

    with unreadable_card(portal.house, portal.house.shop):
        answer = portal.visitor().get(path.format(page=page_of(portal), code=portal.house.shop))

    assert answer.status_code == 200


def test_a_log_entry_of_a_shop_that_was_removed_leads_nowhere_that_is_not_there(portal: Portal) -> None:
    scene = Scene(portal.house)
    portal.house.connector.shops.remove(portal.house.shop)
    visitor = portal.visitor()

    page = visitor.get(f"/portal/log-entries/{scene.entry}")

    leads = [one for one in Leads(page.text).found if one.startswith("/portal") and "/language/" not in one]
    assert page.status_code == 200
    assert [one for one in leads if visitor.get(one).status_code != 200] == []


def test_all_records_of_a_code_that_came_later_are_listed_and_retried(portal: Portal) -> None:
    for number in range(1, 61):
        skip(portal.house, number, type="gift_cards", code=LATER)
    visitor, address = portal.visitor(), f"{page_of(portal)}/skipped-records"

    page = visitor.get(f"{address}?code={LATER}")
    older = next(one for one in Leads(page.text).found if "continuation" in one)
    answer = visitor.post(f"{address}/retry", {"code": LATER})

    assert "Gift card 1 " in text_of(page.text)
    assert text_of(visitor.get(older).text).count("Gift card") == 10
    assert "60 records are tried in the next run." in answer.text


def test_a_code_of_which_nothing_is_skipped_any_more_has_an_empty_list(portal: Portal) -> None:
    page = portal.visitor().get(f"{page_of(portal)}/skipped-records?code={LATER}")

    assert "No record is skipped for this reason any more." in page.text
