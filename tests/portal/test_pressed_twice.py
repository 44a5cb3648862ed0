"""Whoever presses twice, goes back and presses again, or acts beside a colleague is told what came of it, and nobody's
word is lost."""
from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from shared.admin import shop_cards
from tests.admin import admin_api
from tests.house import HouseStorage
from tests.portal.card_form import save, saved, version
from tests.portal.chromium import follow, looking
from tests.portal.served import OPERATOR, Portal, Visitor, a_portal, page_of, text_of
from tests.portal.skipping import skip

OTHER = "vera@example.com"
SUBMIT = "form => form.requestSubmit()"


def dismissal(portal: Portal) -> str:
    """The page that dismisses order 5001, which is skipped."""
    return f"{page_of(portal)}/skipped-records/orders/5001/dismiss"


def dismissed_by_somebody_else(portal: Portal, note: str) -> None:
    connector, shop = portal.house.connector, portal.house.shop
    connector.skipped.dismiss(shop, "orders", "5001", note=note, by=OTHER, now=portal.house.clock.now())


def note_of(portal: Portal) -> tuple[str, str]:
    """Who dismissed order 5001, and why."""
    record = portal.house.connector.skipped.get(portal.house.shop, "orders", "5001")
    assert record is not None
    return record.dismissed_by, record.note


def done(portal: Portal, operation: str) -> int:
    """How often the audit says that it was done."""
    return len(portal.house.connector.operations.page(operation=operation).operations)


# In a browser


def test_a_form_that_was_sent_a_moment_ago_is_not_sent_again(portal: Portal, browser: Browser) -> None:
    sent: list[str] = []

    def answer_nothing(route: Route) -> None:
        """The page stays. Source: RFC 9110, 15.3.5 (204)."""
        route.fulfill(status=204)

    with looking(browser) as (page, _):
        page.clock.install(time=0)
        page.goto(portal.url + page_of(portal))
        page.clock.pause_at(60_000)
        page.route("**/sync", answer_nothing)
        page.on("request", lambda request: sent.append(request.url))
        forms = page.locator(f"form[action='{page_of(portal)}/sync']")
        with page.expect_request("**/sync"):
            forms.nth(0).evaluate(SUBMIT)
        for _time in range(3):
            forms.nth(0).evaluate(SUBMIT)
        with page.expect_request("**/sync"):
            forms.nth(1).evaluate(SUBMIT)
        page.clock.run_for(2000)
        with page.expect_request("**/sync"):
            forms.nth(0).evaluate(SUBMIT)

    assert len(sent) == 3


def test_whoever_goes_back_may_send_the_form_again(portal: Portal, browser: Browser) -> None:
    with looking(browser) as (page, _):
        page.goto(portal.url + page_of(portal))
        for _time in range(2):
            follow(page.get_by_role("button", name="Test connection").first)
            expect(page.locator("h1")).to_have_text("Both sides answer")
            page.go_back()
            expect(page.get_by_role("button", name="Test connection").first).to_be_visible()


# Without a script


def twice(visitor: Visitor, path: str, fields: dict[str, str]) -> list[int]:
    """The same form, twice; what was answered."""
    return [visitor.post(path, dict(fields)).status_code for _ in range(2)]


def test_a_shop_that_is_removed_twice_is_removed(portal: Portal) -> None:
    answers = [portal.visitor().post(f"{page_of(portal)}/removal") for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert all("is removed. What it had synchronized is kept." in one.text for one in answers)
    assert done(portal, "remove_shop") == 1


def test_a_shop_that_never_was_is_not_said_to_be_removed(portal: Portal) -> None:
    assert portal.visitor().post("/portal/shops/NEVER/removal").status_code == 404


def test_a_card_that_is_saved_twice_is_saved(portal: Portal) -> None:
    read = version(portal)

    answers = [save(portal, {"tip_account": "758801"}, **{"card-version": read}) for _ in range(2)]

    assert [status for status, _ in answers] == [200, 200]
    assert all("Saved." in page for _, page in answers)
    assert saved(portal, "tip_account") == "758801"
    assert done(portal, "save_shop") == 1


def test_two_who_save_the_same_at_one_moment_have_both_saved_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The colleague is quicker, by the time between reading the card and writing it."""
    read, write = version(portal), shop_cards.save_shop

    def a_moment_too_late(*given: Any, **more: Any) -> Any:
        portal.house.card(tip_account="758801")
        return write(*given, **more)

    monkeypatch.setattr(shop_cards, "save_shop", a_moment_too_late)
    status, page = save(portal, {"tip_account": "758801"}, **{"card-version": read})

    assert (status, "Saved." in page) == (200, True)


def test_a_card_that_somebody_else_changed_as_well_is_still_told(portal: Portal) -> None:
    read = version(portal)
    portal.house.card(shipping_charges_account="708501")

    answers = [save(portal, {"tip_account": "758801"}, **{"card-version": read}) for _ in range(2)]

    assert [status for status, _ in answers] == [412, 412]
    assert saved(portal, "tip_account") == "758800"


@pytest.mark.parametrize("language, says", [
    ("en-GB", "It is dismissed already vera@example.com"), ("fr-FR", "Il est déjà écarté vera@example.com"),
])
def test_a_note_that_a_colleague_wrote_meanwhile_is_shown_and_not_replaced_unseen(
    portal: Portal, language: str, says: str
) -> None:
    skip(portal.house, 5001)
    dismissed_by_somebody_else(portal, "sold at the fair")

    answer = portal.visitor(language).post(dismissal(portal), {"note": "mine & <b>more</b>", "seen": ""})

    assert answer.status_code == 409
    assert says in text_of(answer.text)
    assert "sold at the fair" in answer.text
    assert "mine &amp; &lt;b&gt;more&lt;/b&gt;</textarea>" in answer.text
    assert note_of(portal) == (OTHER, "sold at the fair")


def test_whoever_has_read_the_colleagues_note_may_replace_it(portal: Portal) -> None:
    skip(portal.house, 5001)
    dismissed_by_somebody_else(portal, "sold at the fair")
    visitor, record = portal.visitor(), portal.house.connector.skipped.get(portal.house.shop, "orders", "5001")
    assert record is not None
    assert f'name="seen" value="{record.dismissed_at}"' in visitor.get(dismissal(portal)).text

    assert visitor.post(dismissal(portal), {"note": "mine", "seen": record.dismissed_at}).status_code == 200
    assert note_of(portal) == (OPERATOR.partition(":")[0], "mine")


def test_a_dismissal_that_is_sent_twice_is_one(portal: Portal) -> None:
    skip(portal.house, 5001)

    assert twice(portal.visitor(), dismissal(portal), {"note": "paid in cash ", "seen": ""}) == [200, 200]
    assert note_of(portal) == (OPERATOR.partition(":")[0], "paid in cash")


def test_nothing_is_queued_that_nobody_would_take(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, switched_off=frozenset({"sync_job"})) as portal:
        page = portal.visitor().post(f"{page_of(portal)}/sync")
        with admin_api(portal.house, monkeypatch) as admin:
            status, answer = admin("start_sync")

    assert (page.status_code, status, answer["type"]) == (409, 409, "queue-switched-off")
    assert "AzureWebJobs.sync_job.Disabled" in page.text
