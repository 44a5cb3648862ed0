"""The pages of log entries: find the call, read it, hand it on, remove what is no longer needed."""
from __future__ import annotations

import re

import pytest

from shared.journal.json_tree import LONGEST_VALUE, Node, tree
from tests.portal.logged import call, everything
from tests.portal.served import Portal


def test_the_list_says_what_was_called_and_what_came_back_and_leads_to_the_entry(portal: Portal) -> None:
    number = call(portal.house, response='{"errors": "Invalid API key"}', status=401, description="Unauthorized")

    page = portal.visitor().get("/portal/log-entries").text

    assert f'href="/portal/log-entries/{number}"' in page
    assert "/admin/api/2026-10/graphql.json" in page
    assert "Unauthorized" in page
    assert "Invalid API key" in page


@pytest.mark.parametrize("filters, found", [
    ({}, {"ok", "bad", "bc", "old"}), ({"errors": "on"}, {"bad"}), ({"status": "401"}, {"bad"}),
    ({"direction": "Business Central"}, {"bc"}), ({"text": "needle"}, {"bc"}), ({"run": "run-9"}, {"ok"}),
    ({"from": "2026-03-10T09:30"}, {"ok", "bad", "bc"}), ({"to": "2026-03-10T09:30"}, {"old"}),
    ({"shop": "NOBODY"}, None),
])
def test_the_filters_stand_in_the_address_and_find_what_fits(
    portal: Portal, filters: dict[str, str], found: set[str] | None
) -> None:
    house = portal.house
    numbers = {
        "ok": call(house, run="run-9"), "bad": call(house, status=401), "old": call(house, ago=7200),
        "bc": call(house, direction="Business Central", url="https://bc/api/v2.0/needle"),
    }

    answer = portal.visitor().get("/portal/log-entries", params=filters)

    listed = set(re.findall(r'href="/portal/log-entries/(\d{8}-[^"/]+)"', answer.text))
    assert answer.status_code == (404 if found is None else 200)
    assert listed == {numbers[name] for name in found or ()}


def test_a_time_of_the_filters_is_of_the_zone_that_the_page_shows(portal: Portal) -> None:
    portal.house.card(time_zone="Europe/Paris")
    call(portal.house)

    def found(since: str) -> bool:
        return "graphql.json" in portal.visitor().get("/portal/log-entries", params={"from": since}).text

    assert found("2026-03-10T10:59")
    assert not found("2026-03-10T11:01")


def test_older_entries_follow_with_the_same_filters(portal: Portal) -> None:
    for seconds in range(60):
        call(portal.house, ago=seconds, status=500)
    visitor = portal.visitor()

    first = visitor.get("/portal/log-entries?errors=on").text
    older = re.search(r'href="([^"]+continuation[^"]+)"', first)
    assert older is not None
    second = visitor.get(older[1].replace("&amp;", "&")).text

    assert [page.count('scope="row"') for page in (first, second)] == [50, 10]
    assert "errors=on" in older[1]


def test_an_entry_shows_both_bodies_digit_by_digit(portal: Portal) -> None:
    number = call(portal.house, request='{"query": "query {\\n  shop\\n}"}',
                  response='{"total": 12.30, "id": 12345678901234567890}')

    page = portal.visitor().get(f"/portal/log-entries/{number}").text

    assert "query {\n  shop\n}" in page
    assert '<span class="value">12.30</span>' in page
    assert '<span class="value">12345678901234567890</span>' in page


@pytest.mark.parametrize("body", ["<html><script>alert(1)</script></html>", '{"a": "<script>alert(1)</script>"}'])
def test_a_body_full_of_markup_is_only_text(portal: Portal, body: str) -> None:
    number = call(portal.house, request=body, response=body)

    page = portal.visitor().get(f"/portal/log-entries/{number}").text

    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 2


def test_a_body_of_a_megabyte_is_shown_in_part_and_downloaded_whole(portal: Portal) -> None:
    body = "[" + ",".join(f'{{"id": {n}, "title": "{"x" * 80}"}}' for n in range(10_000)) + "]"
    number = call(portal.house, response=body)
    visitor = portal.visitor()

    page = visitor.get(f"/portal/log-entries/{number}").text
    file = visitor.get(f"/portal/log-entries/{number}/response")

    assert "more values: download the body to see them." in page
    assert len(page) < 500_000
    assert file.text == body
    assert file.headers["Content-Disposition"] == f'attachment; filename="Response_{number}.json"'


def test_a_call_that_failed_at_shopify_is_handed_to_shopifys_support(portal: Portal) -> None:
    failed, refused = call(portal.house, status=500, request_id="req-500"), call(portal.house, status=401)
    visitor = portal.visitor()

    assert "req-500" in visitor.get(f"/portal/log-entries/{failed}/escalation").text
    assert f"{refused}/escalation" not in visitor.get(f"/portal/log-entries/{refused}").text
    assert visitor.get(f"/portal/log-entries/{refused}/escalation").status_code == 409


@pytest.mark.parametrize("query, number, left", [("", 4, 0), ("?days=1", 1, 3), ("?days=2", 0, 4)])
def test_entries_are_deleted_by_age_after_a_page_that_says_how_many(
    portal: Portal, query: str, number: int, left: int
) -> None:
    for ago in (0, 3600, 86_400 - 60, 86_400 + 3600):
        call(portal.house, ago=ago)
    visitor = portal.visitor()

    page = visitor.get(f"/portal/log-removal{query}").text
    until = re.search(r'name="until" value="([^"]+)"', page)

    assert (f"{number} entries go." in page or "One entry goes." in page) == bool(number)
    assert bool(until) == bool(number)
    if until:
        call(portal.house, ago=-1)
        portal.house.clock.forward(2)
        answer = visitor.post("/portal/log-removal", {"until": until[1], "shop": ""})
        assert "The log entries are deleted." in answer.text
        assert len(everything(portal.house)) == left + 1


def test_entries_of_one_shop_are_deleted_and_others_stay(portal: Portal) -> None:
    house = portal.house
    house.connector.shops.save("BBB", {"shopify_url": "https://demo-bb.myshopify.com"})
    call(house)
    visitor = portal.visitor()

    page = visitor.get("/portal/log-removal?shop=BBB").text
    until = house.clock.now().isoformat()
    visitor.post("/portal/log-removal", {"until": until, "shop": "BBB"})

    assert "There is nothing of that age." in page
    assert len(everything(house)) == 1
    (row,) = house.connector.operations.page().operations
    assert (row.operation, row.by, row.shop) == ("remove_log_entries", "ada@example.com", "BBB")


@pytest.mark.parametrize("until", ["2099-01-01T00:00:00Z", "yesterday", ""])
def test_nothing_is_deleted_up_to_a_moment_that_is_none_or_to_come(portal: Portal, until: str) -> None:
    call(portal.house)

    answer = portal.visitor().post("/portal/log-removal", {"until": until, "shop": ""})

    assert answer.status_code == 400
    assert len(everything(portal.house)) == 1


# The tree


def test_a_tree_keeps_order_digits_and_what_is_equal_by_name() -> None:
    made = tree('{"b": 1.10, "a": [true, null, "x\\u00e9"]}')

    assert made is not None
    assert [(one.name, one.kind, one.shown) for one in made.children] == [("b", "value", "1.10"), ("a", "list", "")]
    assert [one.shown for one in made.children[1].children] == ["true", "null", '"x\\u00e9"']


@pytest.mark.parametrize("text", ["", "<html>", "{", "[" * 100_000, "\ud800"])
def test_what_is_no_json_has_no_tree(text: str) -> None:
    assert tree(text) is None


def test_a_tree_of_much_holds_no_more_than_was_asked_for_and_counts_the_rest() -> None:
    made = tree("[" + ",".join(["1"] * 50) + "]", most=11)

    assert made is not None
    assert (len(made.children), made.left_out, made.size) == (10, 40, 50)


def test_a_long_value_is_cut() -> None:
    made = tree(f'["{"x" * 5000}"]')

    assert made is not None
    assert made.children == [Node(name="0", kind="value", shown=f'"{"x" * (LONGEST_VALUE - 1)}…')]
