"""Lists as files for spreadsheets: by the filters of the page, in the reader's language, and no cell is a formula."""
from __future__ import annotations

import csv
import io
import re

import pytest

from tests.portal.served import Portal
from tests.portal.skipping import skip


def exported(portal: Portal, path: str, language: str = "en-GB") -> list[list[str]]:
    """The rows of a file, its head first."""
    answer = portal.visitor(language).get(path)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if language.startswith("fr") else ","))


def test_skipped_records_are_saved_by_the_filters_of_the_page(portal: Portal) -> None:
    skip(portal.house, 1, name="#1001")
    skip(portal.house, 2, name="=1+1", code="total-mismatch", detail="120.00 instead of 126.60")
    skip(portal.house, 3, dismissed_at="2026-03-10T09:00:00Z", dismissed_by="ada", note="paid in cash")

    head, *rows = exported(portal, "/portal/skipped-records/export")
    (dismissed,) = exported(portal, "/portal/skipped-records/export?state=dismissed")[1:]
    (one,) = exported(portal, f"/portal/skipped-records/export?shop={portal.house.shop}&code=total-mismatch")[1:]

    assert head[:5] == ["Shop", "Type", "Shopify id", "Name", "Code"]
    assert [(row[2], row[3]) for row in rows] == [("1", "#1001"), ("2", "'=1+1")]
    assert dismissed[-2:] == ["ada", "paid in cash"]
    assert one[6] == "120.00 instead of 126.60"


def test_a_file_is_in_the_readers_language_and_form(portal: Portal) -> None:
    portal.house.card(time_zone="Europe/Paris")
    skip(portal.house, 1)

    head, row = exported(portal, "/portal/skipped-records/export", "fr-FR")

    assert head[0] == "Boutique"
    assert head[9].endswith(", Europe/Paris")
    assert row[5] == "Aucun article Business Central pour ce produit"
    assert row[9] == "2026-03-10 09:00:00"


@pytest.mark.parametrize("text", [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t1", "\r1", "\n1", "＝1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("https://e.example")',
])
def test_no_cell_that_came_from_outside_is_a_formula(portal: Portal, text: str) -> None:
    skip(portal.house, 1, detail=text)
    skip(portal.house, 2, detail="SKU X", dismissed_at="2026-03-10T09:00:00Z", dismissed_by=text, note=text)

    waiting = exported(portal, "/portal/skipped-records/export")[1]
    dismissed = exported(portal, "/portal/skipped-records/export?state=dismissed")[1]

    assert waiting[6] == f"'{text}"
    assert dismissed[-2:] == [f"'{text}", f"'{text}"]


@pytest.mark.parametrize("text", [
    "\t=1", "x;=1+1", "x,@A1", "x\n-1", "x\r\n=1", 'x;"+1"', "x,＝1", 'x";=1', "a;b,=1;;=2",
])
@pytest.mark.parametrize("language", ["en-GB", "fr-FR"])
def test_a_spreadsheet_that_splits_elsewhere_finds_no_formula_either(
    portal: Portal, text: str, language: str
) -> None:
    skip(portal.house, 1, name=text, detail=text)

    file = portal.visitor(language).get("/portal/skipped-records/export").content.decode("utf-8-sig")

    cells = [cell.strip('"') for cell in re.split("[,;\t\r\n]", file)]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))] == []


def test_what_only_looks_like_a_separator_stays_in_its_cell(portal: Portal) -> None:
    skip(portal.house, 1, detail='a,"b";c, -5 %, x=1\nd <b>\u202e')

    assert exported(portal, "/portal/skipped-records/export")[1][6] == 'a,"b";c, -5 %, x=1\nd <b>\u202e'


def test_log_entries_are_saved_by_their_filters(portal: Portal) -> None:
    house = portal.house
    house.card(logging_mode="All")
    house.order(5001)
    house.sync("orders")

    head, *rows = exported(portal, "/portal/log-entries/export?direction=Shopify")

    assert head[2] == "To"
    assert rows
    assert {row[2] for row in rows} == {"Shopify"}
    assert len(exported(portal, "/portal/log-entries/export")) > len(rows) + 1


@pytest.mark.parametrize("sort, first", [("", "1"), ("oldest", "2"), ("newest", "3"), ("tries", "1"), ("next", "2")])
def test_the_records_of_a_reason_are_sorted(portal: Portal, sort: str, first: str) -> None:
    skip(portal.house, 1, tries=9, first_at="2026-03-10T08:00:00Z", next_try="2026-03-12T08:00:00Z")
    skip(portal.house, 2, tries=1, first_at="2026-03-09T08:00:00+00:00", next_try="2026-03-11T08:00:00Z")
    skip(portal.house, 3, tries=2, first_at="2026-03-10T09:00:00Z", next_try="")

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/skipped-records?sort={sort}").text

    assert page.index(f"<bdi>{first}</bdi>") == min(page.index(f"<bdi>{id}</bdi>") for id in "123")


def test_a_sorted_list_goes_on_where_its_page_ended(portal: Portal) -> None:
    for number in range(1, 61):
        skip(portal.house, number, tries=number)
    address = f"/portal/shops/{portal.house.shop}/skipped-records?sort=tries"

    pages = [portal.visitor().get(f"{address}&continuation={place}").text for place in ("", "50")]

    assert ["<bdi>60</bdi>" in page for page in pages] == [True, False]
    assert ["<bdi>1</bdi>" in page for page in pages] == [False, True]
    assert 'rel="next"' not in pages[1]
    assert portal.visitor().get(f"{address}&continuation=x").status_code == 400
