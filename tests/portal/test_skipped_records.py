"""The pages of skipped records: why, what to do, try again or let be."""
from __future__ import annotations

import re
from html import unescape

import pytest

from shared.admin.skipped import SHOWN
from shared.clock import from_iso
from tests.portal.served import Portal, text_of
from tests.portal.skipping import skip


def shown(portal: Portal, path: str) -> list[str]:
    """The records that a page lists: type and id."""
    return [f"{type} {id}" for type, id in re.findall(
        r'<th scope="row"><a href="[^"]+">(\w+) <bdi>(\d+)</bdi></a></th>', portal.visitor().get(path).text)]


def test_records_are_grouped_by_reason_with_its_fix_and_the_greatest_group_first(portal: Portal) -> None:
    for number in (1, 2):
        skip(portal.house, number)
    skip(portal.house, 3, code="total-mismatch", detail="120.00 instead of 126.60")

    page = unescape(portal.visitor().get("/portal/skipped-records").text)

    headings = re.findall(r'<h2 id="reason-\d">(.*?) <span', page)
    assert headings == ["No Business Central item for this product",
                        "The order's total in Business Central differs from Shopify's"]
    assert "Create the item in Business Central with this SKU" in page
    assert "120.00 instead of 126.60" in page


@pytest.mark.parametrize("query, found", [
    ("", ["Order 1", "Product 4"]), ("?state=dismissed", ["Order 2"]), ("?state=left-out", ["Order 3"]),
    ("?type=products", ["Product 4"]), ("?type=customers", []),
])
def test_each_state_and_type_has_its_page(portal: Portal, query: str, found: list[str]) -> None:
    skip(portal.house, 1)
    skip(portal.house, 2, dismissed_at="2026-03-10T09:00:00Z", dismissed_by="ada", note="paid in cash")
    skip(portal.house, 3, left_out=True)
    skip(portal.house, 4, type="products", code="total-mismatch")

    assert sorted(shown(portal, f"/portal/skipped-records{query}")) == found


def test_all_of_a_reason_are_shown_page_by_page(portal: Portal) -> None:
    for number in range(1, 61):
        skip(portal.house, number)

    first = portal.visitor().get("/portal/skipped-records").text
    link = re.search(r'href="([^"]+)">Show all', first)
    assert link is not None
    address = unescape(link[1])
    older = re.search(r'href="([^"]+)" rel="next"', portal.visitor().get(address).text)
    assert older is not None

    assert len(shown(portal, "/portal/skipped-records")) == SHOWN
    assert [len(shown(portal, path)) for path in (address, unescape(older[1]))] == [50, 10]


def test_one_record_is_retried(portal: Portal) -> None:
    skip(portal.house, 1)
    skip(portal.house, 2)

    answer = portal.visitor().post(f"/portal/shops/{portal.house.shop}/skipped-records/orders/1/retry")

    assert "One record is tried in the next run." in answer.text
    due = {number: from_iso(one.next_try) for number, one in portal.house.parked().items()}
    assert due[1] == portal.house.clock.now()
    assert due[2] == from_iso("2026-03-11T08:00:00Z")


def test_all_records_of_a_reason_are_retried_and_no_others(portal: Portal) -> None:
    for number in (1, 2):
        skip(portal.house, number)
    skip(portal.house, 3, code="total-mismatch")

    answer = portal.visitor().post(
        f"/portal/shops/{portal.house.shop}/skipped-records/retry", {"code": "item-not-found", "type": ""})

    assert "2 records are tried in the next run." in answer.text
    assert {number for number, one in portal.house.parked().items() if one.next_try.startswith("2026-03-10")} == {1, 2}


def test_a_record_is_dismissed_with_a_note_that_the_next_person_reads(portal: Portal) -> None:
    skip(portal.house, 1)
    address = f"/portal/shops/{portal.house.shop}/skipped-records/orders/1/dismiss"
    visitor = portal.visitor()

    assert "Dismiss Order <bdi>1</bdi>?" in visitor.get(address).text
    answer = visitor.post(address, {"note": "paid in cash <b>"})

    assert "Order 1 is dismissed." in answer.text
    assert portal.house.parked()[1].dismissed_by == "ada@example.com"
    assert "paid in cash &lt;b&gt;" in visitor.get("/portal/skipped-records?state=dismissed").text


@pytest.mark.parametrize("note", ["", "  "])
def test_without_a_note_the_form_says_so_at_the_field(portal: Portal, note: str) -> None:
    skip(portal.house, 1)

    answer = portal.visitor().post(
        f"/portal/shops/{portal.house.shop}/skipped-records/orders/1/dismiss", {"note": note})

    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="note-error"' in answer.text
    assert portal.house.parked()[1].dismissed_at == ""


@pytest.mark.parametrize("path", ["orders/2/dismiss", "nothing/1/dismiss"])
def test_what_is_not_skipped_has_no_page(portal: Portal, path: str) -> None:
    skip(portal.house, 1)

    assert portal.visitor().get(f"/portal/shops/{portal.house.shop}/skipped-records/{path}").status_code == 404


def test_a_detail_full_of_markup_is_only_text(portal: Portal) -> None:
    skip(portal.house, 1, detail="<script>alert(1)</script>\u202e")

    page = portal.visitor().get("/portal/skipped-records").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("path", ["/portal/skipped-records", "/portal/shops/{shop}/skipped-records"])
def test_a_record_is_listed_by_its_name_beside_its_id_and_one_without_a_name_by_its_id(
    portal: Portal, path: str
) -> None:
    skip(portal.house, 5001, name="#1001")
    skip(portal.house, 5002)

    page = text_of(portal.visitor().get(path.format(shop=portal.house.shop)).text)

    assert "Order #1001 5001" in page
    assert "Order 5002" in page


def test_a_hostile_name_is_text(portal: Portal) -> None:
    skip(portal.house, 5001, name="<img src=x onerror=alert(1)>\u202e")

    for path in ("/portal/skipped-records", f"/portal/shops/{portal.house.shop}/skipped-records/orders/5001/dismiss"):
        page = portal.visitor().get(path).text
        assert "<img" not in page
        assert "&lt;img src=x" in page


def test_whoever_dismisses_a_record_sees_its_name(portal: Portal) -> None:
    skip(portal.house, 5001, name="#1001")

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/skipped-records/orders/5001/dismiss").text

    assert "Dismiss Order <bdi>#1001</bdi>?" in page


@pytest.mark.parametrize("back", [
    "/portal/../.auth/logout", "/portal/%2e%2e/.auth/logout", "/portal/runs/.%2E/../../api/environment", "/portal/..",
    "//evil.example/portal", "https://evil.example/portal", "/portal\\..\\x", "javascript:alert(1)",
])
def test_the_way_back_of_a_dismissal_stays_within_the_portal(portal: Portal, back: str) -> None:
    skip(portal.house, 1)
    address = f"/portal/shops/{portal.house.shop}/skipped-records/orders/1/dismiss"

    asked = portal.visitor().get(address, params={"back": back}).text
    done = portal.visitor().post(address, {"note": "paid in cash", "back": back}, allow_redirects=False)

    assert 'name="back" value="/portal"' in asked
    assert (done.status_code, done.headers["Location"]) == (303, "/portal")


def test_a_page_whose_question_has_two_dots_is_a_way_back(portal: Portal) -> None:
    skip(portal.house, 1)
    back = "/portal/search?find=../x"

    page = portal.visitor().get(
        f"/portal/shops/{portal.house.shop}/skipped-records/orders/1/dismiss", params={"back": back}).text

    assert f'name="back" value="{back}"' in page
