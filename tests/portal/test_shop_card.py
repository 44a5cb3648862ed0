"""The shop card as a form: what it shows, what it saves, what it tells at which field, and what it never loses."""
from __future__ import annotations

import re
from html import unescape

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from shared.shops.card import VendorItem
from shared.shops.card_fields import FIELDS
from shared.shops.card_form import texts_of
from shared.shops.store import version_of
from tests.portal.card_form import save, saved, version
from tests.portal.chromium import HOSTILE, PHONE, follow, looking, serious
from tests.portal.served import Portal, page_of, text_of


def around(page: str, field: str) -> str:
    """What stands at a field, as a person reads it."""
    part = page.split(f'id="field-{field}"', 1)[1].split('class="card-field', 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())


@pytest.mark.parametrize("language", ["en-GB", "fr-FR"])
def test_every_field_of_the_card_stands_in_its_group_with_caption_and_help(portal: Portal, language: str) -> None:
    page = portal.visitor(language).get(page_of(portal)).text

    for field in FIELDS:
        assert f'id="field-{field}"' in page, field
        assert f'id="{field}-help"' in page, field
    assert "Shipping Charges Account G/L account for shipping that no row below maps." in text_of(page) \
        or language == "fr-FR"


def test_what_is_changed_in_the_form_is_saved_and_nothing_else_is(portal: Portal) -> None:
    before = msgspec.to_builtins(portal.house.connector.shops.get(portal.house.shop))

    status, page = save(portal, {
        "tip_account": "40100", "rounding_tolerance": "0,02", "find_mapping_by_barcode": "",
        "location_mapping.0.from": "Lyon", "location_mapping.0.to": "EAST"})

    after = msgspec.to_builtins(portal.house.connector.shops.get(portal.house.shop))
    assert (status, "Saved." in page) == (200, True)
    assert {field: value for field, value in after.items() if before[field] != value} == {
        "tip_account": "40100", "rounding_tolerance": "0.02", "find_mapping_by_barcode": False,
        "location_mapping": {"Lyon": "EAST"}}


def test_a_change_leaves_its_row_in_the_audit_and_a_form_without_one_leaves_none(portal: Portal) -> None:
    save(portal, {})
    save(portal, {"tip_account": "40100"})

    (done,) = portal.house.connector.operations.page(operation="save_shop").operations
    assert (done.by, done.before["tip_account"] != "40100", done.after) == (
        "ada@example.com", True, {"tip_account": "40100"})


def test_mistakes_stand_at_their_fields_with_a_summary_that_leads_there_and_nothing_typed_is_lost(
    portal: Portal,
) -> None:
    status, page = save(portal, {
        "company_id": "CRONUS", "rounding_tolerance": "7", "tip_account": "40100", "time_zone": "Paris"})

    assert status == 422
    assert "Not saved: 3 fields have to be mended." in text_of(page)
    assert all(f'href="#field-{field}"' in page for field in ("company_id", "rounding_tolerance", "time_zone"))
    assert "between 0 and 1" in around(page, "rounding_tolerance")
    assert '"Paris" is not known' in around(page, "time_zone")
    assert 'value="40100"' in page
    assert saved(portal, "tip_account") != "40100"


def test_a_text_where_a_number_belongs_and_what_the_rules_refuse_are_told_together(portal: Portal) -> None:
    _, page = save(portal, {"rounding_tolerance": "a lot", "company_id": "CRONUS"})

    assert "Not saved: 2 fields have to be mended." in text_of(page)
    assert "a number, not “a lot”" in around(page, "rounding_tolerance")
    assert 'value="a lot"' in page


@pytest.mark.parametrize("address", ["https://evil.example.com", "", "javascript:alert(1)"])
def test_an_address_that_is_none_of_shopify_is_told_at_its_field(portal: Portal, address: str) -> None:
    status, page = save(portal, {"shopify_url": address})

    assert (status, "myshopify.com" in around(page, "shopify_url")) == (422, True)
    assert "mistake" in page.split('id="field-shopify_url"', 1)[1].split("field-company_id", 1)[0]


def test_mistakes_are_told_in_the_readers_language(portal: Portal) -> None:
    visitor = portal.visitor("fr-FR")

    answer = visitor.post(f"{page_of(portal)}/card", {"card-version": version(portal), "rounding_tolerance": "7"})

    assert "Non enregistré" in text_of(answer.text)
    assert "Tolérance d’arrondi" in around(answer.text, "rounding_tolerance")


def test_a_change_that_somebody_else_made_meanwhile_is_told_and_not_undone(portal: Portal) -> None:
    read = version(portal)
    portal.house.card(tip_account="11111", salesperson_code="JO")

    status, page = save(portal, {"tip_account": "22222", "time_zone": "Europe/Paris"}, **{"card-version": read})

    assert status == 412
    assert "was changed by somebody else meanwhile" in text_of(page)
    assert 'value="22222"' in page
    assert "On the card now: 11111" in around(page, "tip_account")
    assert saved(portal, "tip_account") == "11111"
    (again,) = re.findall(r'name="card-version" value="(\w+)"', page)
    assert save(portal, {"tip_account": "22222"}, **{"card-version": again})[0] == 200
    assert (saved(portal, "tip_account"), saved(portal, "salesperson_code")) == ("22222", "JO")


def test_a_form_that_does_not_say_of_which_card_it_is_saves_nothing(portal: Portal) -> None:
    assert save(portal, {"tip_account": "22222"}, **{"card-version": ""})[0] == 412
    assert saved(portal, "tip_account") != "22222"


def test_more_rows_are_given_without_saving_and_without_losing_what_was_typed(portal: Portal) -> None:
    status, page = save(portal, {"vendor_items.0.vendor": "Nordwind", "tip_account": "40100"},
                        **{"more-rows": "vendor_items"})

    assert status == 200
    assert len(re.findall(r'name="vendor_items\.\d+\.vendor"', page)) == 5
    assert ('value="Nordwind"' in page, 'value="40100"' in page) == (True, True)
    assert portal.house.connector.shops.get(portal.house.shop).vendor_items == ()


def test_what_was_typed_into_a_field_that_is_off_by_now_is_sent_again_after_a_mistake(portal: Portal) -> None:
    portal.house.card(sku_mapping="Vendor Item No.")

    _, page = save(portal, {"sku_mapping": "Item No.", "vendor_items.0.vendor": "Nordwind", "rounding_tolerance": "9",
                            "vendor_items.0.vendor_item_no": "N1", "vendor_items.0.item_no": "1000"})

    part = page.split('id="field-vendor_items"', 1)[1].split("card-field", 1)[0]
    assert ("disabled" in part, 'value="Nordwind"' in part) == (False, True)


def test_a_time_is_entered_in_the_zone_of_the_page(portal: Portal) -> None:
    portal.house.card(time_zone="Europe/Paris")

    save(portal, {"logging_mode": "All", "logging_mode_until": "2026-03-10T20:30:00"})

    assert saved(portal, "logging_mode_until") == "2026-03-10T19:30:00Z"
    assert 'value="2026-03-10T20:30:00"' in portal.visitor().get(page_of(portal)).text


def test_a_time_that_has_passed_is_told_at_its_field(portal: Portal) -> None:
    _, page = save(portal, {"logging_mode": "All", "logging_mode_until": "2026-03-09T20:30:00"})

    assert "lies in the past" in around(page, "logging_mode_until")


def test_the_second_enabled_card_of_a_store_and_company_is_told_on_the_form(portal: Portal) -> None:
    card = portal.house.connector.shops.get(portal.house.shop)
    portal.house.connector.shops.save("TWIN", {"shopify_url": card.shopify_url, "company_id": card.company_id})
    twin = portal.house.connector.shops.get("TWIN")

    answer = portal.visitor().post("/portal/shops/TWIN/card", {
        **texts_of(twin), "card-version": version_of(twin), "enabled": "on", "tip_account": "40100"})

    assert answer.status_code == 409
    assert "brings this store into this company already" in text_of(answer.text)
    assert 'value="40100"' in answer.text


def test_a_viewer_sees_every_field_and_can_change_none(viewers_portal: Portal) -> None:
    portal = viewers_portal
    page = portal.visitor().get(page_of(portal)).text.split('id="card"', 1)[1]
    before = portal.house.connector.shops.get(portal.house.shop)

    answer = portal.visitor().post(f"{page_of(portal)}/card", {"tip_account": "1", "card-version": version(portal)})

    assert all(f'id="field-{field}"' in page for field in FIELDS)
    assert "<button" not in page
    assert answer.status_code == 403
    assert portal.house.connector.shops.get(portal.house.shop) == before


def test_hostile_values_are_only_text_and_come_back_as_they_were(portal: Portal, browser: Browser) -> None:
    portal.house.card(vendor_items=[{"vendor": HOSTILE, "vendor_item_no": HOSTILE, "item_no": "1"}],
                      attributes_on_doc_lines=[HOSTILE], location_mapping={HOSTILE: "EAST"})
    before = saved(portal, "vendor_items")

    with looking(browser, viewport=PHONE) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        page.locator("summary", has_text="Items").click()
        follow(page.get_by_role("button", name="Save").last)

        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert complaints == []
    assert saved(portal, "vendor_items") == before


# In a browser


def test_the_card_is_filled_in_mended_and_saved_without_a_script(portal: Portal, browser: Browser) -> None:
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(portal.url + page_of(portal))
        page.locator("summary", has_text="Orders").click()
        page.get_by_label("Tip Account").fill("40100")
        page.get_by_label("Rounding Tolerance").fill("3")
        follow(page.get_by_role("button", name="Save").last)
        follow(page.get_by_role("alert").get_by_role("link", name="Rounding Tolerance"))
        page.get_by_label("Rounding Tolerance").fill("0.03")
        page.get_by_label("Rounding Tolerance").press("Enter")

        expect(page.get_by_role("status")).to_have_text("Saved.")
    assert (saved(portal, "tip_account"), saved(portal, "rounding_tolerance")) == ("40100", "0.03")


def test_a_row_of_vendor_items_is_added_without_a_script_once_the_mapping_asks_for_it(
    portal: Portal, browser: Browser
) -> None:
    with looking(browser, java_script_enabled=False) as (page, _):
        page.goto(portal.url + page_of(portal))
        page.locator("summary", has_text="Items").click()
        expect(page.get_by_label("Vendor", exact=True)).to_be_disabled()
        page.get_by_label("SKU Mapping").select_option("Vendor Item No.")
        follow(page.get_by_role("button", name="Save").last)
        page.locator("summary", has_text="Items").click()
        page.get_by_label("Vendor", exact=True).fill("Nordwind")
        page.get_by_label("Vendor Item No.").fill("NW-1")
        page.locator("#field-vendor_items").get_by_label("Item No.", exact=True).fill("1000")
        follow(page.get_by_role("button", name="Save").last)
    assert portal.house.connector.shops.get(portal.house.shop).vendor_items == (VendorItem("Nordwind", "NW-1", "1000"),)


@pytest.mark.parametrize("language, colours", [("en-GB", "light"), ("fr-FR", "dark")])
def test_the_card_with_mistakes_is_for_everybody(portal: Portal, browser: Browser, language: str, colours: str) -> None:
    with looking(browser, locale=language, color_scheme=colours) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert serious(page) == []
        page.locator("#rounding_tolerance").fill("3")
        page.locator("#tip_account").fill("4" * 30)
        follow(page.locator(".card-form button").last)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.get_by_role("alert").wait_for()

        assert serious(page) == []
        expect(page.locator("[aria-invalid=true]")).to_have_count(2)
        assert [one for one in complaints if "422" not in one] == []


def test_a_field_comes_to_life_at_once_and_what_was_typed_elsewhere_stays(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        page.locator("summary", has_text="Items").click()
        page.get_by_label("Default Item No.").fill("1000")
        page.get_by_label("SKU Mapping").select_option("Vendor Item No.")
        page.locator("#field-vendor_items:not(.off)").wait_for()
        page.get_by_label("Vendor", exact=True).fill("Nordwind")

        expect(page.get_by_label("Default Item No.")).to_have_value("1000")
        page.get_by_label("SKU Mapping").select_option("Item No.")
        page.locator("#field-vendor_items.off").wait_for()
        expect(page.get_by_label("Vendor", exact=True).first).to_have_value("Nordwind")
        expect(page.get_by_label("Vendor", exact=True).first).to_be_enabled()  # else it is not saved with the rest
        assert complaints == []
    assert saved(portal, "default_item_no") == ""


def test_groups_stay_as_they_were_left(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, complaints):
        page.goto(portal.url + page_of(portal))
        page.locator("summary", has_text="Orders").click()
        page.locator("summary", has_text="The shop").click()
        page.locator("details.tab:not([open])").first.wait_for()
        page.reload()

        expect(page.get_by_label("Tip Account")).to_be_visible()
        expect(page.get_by_label("Shopify Admin URL")).not_to_be_visible()
        assert complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_an_address_that_names_a_field_shows_it_with_its_group_open(
    portal: Portal, browser: Browser, script: bool
) -> None:
    with looking(browser, java_script_enabled=script) as (page, _):
        page.goto(f"{portal.url}{page_of(portal)}#field-tip_account")

        page.get_by_label("Tip Account").wait_for()
        expect(page.get_by_label("Tip Account")).to_be_visible()


def test_a_list_as_long_as_a_card_can_hold_is_shown_and_saved_whole(portal: Portal) -> None:
    rows = [{"vendor": "A", "vendor_item_no": str(number), "item_no": "1"} for number in range(400)]
    portal.house.card(vendor_items=rows, sku_mapping="Vendor Item No.")

    status, page = save(portal, {"vendor_items.7.item_no": "2"})

    assert (status, "Saved." in page) == (200, True)
    kept = portal.house.connector.shops.get(portal.house.shop).vendor_items
    assert (len(kept), kept[7].item_no, kept[8].item_no) == (400, "2", "1")


def at_row(page: str, field: str, place: int) -> str:
    """What is said to be wrong at a row of a list, which its group is described by."""
    id = f"{field}-{place}-wrong"
    told = re.findall(rf'aria-describedby="{id}"><p class="mistake wide" id="{id}">(.*?)</p>', page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "".join(told))).split())


@pytest.mark.parametrize("field, row, told", [
    ("customer_setup_by_country_region", {"country_region_code": "France"}, "two-letter code"),
    ("location_mapping", {"from": "Lyon", "to": "A" * 11}, "at most 10 characters"),
    ("currency_mapping", {"from": "EURO", "to": "EUR"}, "three-letter ISO code"),
    ("document_dimensions", {"dimension_code": "AREA"}, "needs a dimension code and a dimension value code"),
    ("shipping_charges", {"title": "Express", "type": "G/L Account"}, "needs a title and a number"),
])
def test_a_mistake_in_a_list_stands_at_its_row_and_not_at_those_before_it(
    portal: Portal, field: str, row: dict[str, str], told: str
) -> None:
    right = {
        "customer_setup_by_country_region": {"country_region_code": "DE"}, "location_mapping": {"from": "A", "to": "B"},
        "currency_mapping": {"from": "USD", "to": "USD"},
        "shipping_charges": {"title": "Post", "type": "G/L Account", "number": "708500"},
        "document_dimensions": {"dimension_code": "AREA", "dimension_value_code": "30"},
    }[field]
    rows = {1: right, 3: row}  # whoever empties the rows 0 and 2 finds his mistake at the second one that is shown

    status, page = save(portal, {f"{field}.{place}.{part}": text for place, each in rows.items()
                                 for part, text in each.items()})

    assert status == 422
    assert told in at_row(page, field, 1)
    assert at_row(page, field, 0) == ""
    assert f'id="{field}-wrong"' not in page
