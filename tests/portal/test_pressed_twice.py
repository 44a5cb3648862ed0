"""Whoever presses twice, goes back and presses again, or acts beside a colleague is told what came of it, and nobody's
word is lost."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from shared.admin import shop_cards
from shared.clock import from_iso
from shared.shops.store import TABLE as CARDS
from shared.stores.skipped_records import TABLE as SKIPPED
from shared.stores.synchronization_info import TABLE as TIMES
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


# At one instant


def a_moment_before(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object], write: str = "replace",
) -> None:
    """Once, after a row of this table was read and before it is written, something else happens to it."""
    table, waiting = portal.house.storage.tables[name], [happens]
    original = getattr(table, write)

    def interrupted(*given: Any) -> Any:
        if waiting:
            waiting.pop()()
        return original(*given)

    monkeypatch.setattr(table, write, interrupted)


def retried_by_somebody_else(portal: Portal) -> None:
    connector, shop = portal.house.connector, portal.house.shop
    connector.skipped.make_due(shop, "orders", "5001", portal.house.clock.now(), by=OTHER)


def test_of_two_who_dismiss_at_one_instant_the_second_reads_the_note_of_the_first(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip(portal.house, 5001)
    a_moment_before(portal, monkeypatch, SKIPPED, lambda: dismissed_by_somebody_else(portal, "sold at the fair"))

    answer = portal.visitor().post(dismissal(portal), {"note": "mine", "seen": ""})

    assert (answer.status_code, "sold at the fair" in answer.text) == (409, True)
    assert note_of(portal) == (OTHER, "sold at the fair")


@pytest.mark.parametrize("language, says", [
    ("en-GB", "vera@example.com has let it be tried in the next run"),
    ("fr-FR", "vera@example.com le fait réessayer à la prochaine synchronisation"),
])
def test_whoever_dismisses_what_a_colleague_has_retried_meanwhile_is_told_once(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    skip(portal.house, 5001)
    a_moment_before(portal, monkeypatch, SKIPPED, lambda: retried_by_somebody_else(portal))
    visitor = portal.visitor(language)

    answer = visitor.post(dismissal(portal), {"note": "mine", "seen": ""})
    told = text_of(answer.text)
    assert (answer.status_code, note_of(portal)) == (409, ("", ""))
    seen = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert seen is not None
    again = visitor.post(dismissal(portal), {"note": "mine", "seen": seen[1]})

    assert says in told
    assert (again.status_code, note_of(portal)) == (200, (OPERATOR.partition(":")[0], "mine"))


@pytest.mark.parametrize("language, says", [
    ("en-GB", "It was not retried: somebody else has dismissed it meanwhile."),
    ("fr-FR", "Il n’est pas réessayé : quelqu’un d’autre l’a écarté entre-temps."),
])
def test_whoever_retries_what_a_colleague_has_dismissed_meanwhile_is_shown_the_note(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, language: str, says: str
) -> None:
    skip(portal.house, 5001)
    a_moment_before(portal, monkeypatch, SKIPPED, lambda: dismissed_by_somebody_else(portal, "sold at the fair"))
    visitor = portal.visitor(language)

    page = visitor.post(f"{page_of(portal)}/skipped-records/orders/5001/retry", {"seen": ""})

    assert (says in text_of(page.text), "sold at the fair" in page.text) == (True, True)
    assert note_of(portal) == (OTHER, "sold at the fair")

    form = re.search(r'action="([^"]+/retry)".*?name="seen" value="([^"]+)"', page.text, re.DOTALL)
    assert form is not None
    assert "One record is tried in the next run." in portal.visitor().post(form[1], {"seen": form[2]}).text
    assert note_of(portal) == ("", "")


def test_all_of_a_reason_are_retried_but_what_was_dismissed_at_that_instant(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (5001, 5002):
        skip(portal.house, number)
    a_moment_before(
        portal, monkeypatch, SKIPPED, lambda: dismissed_by_somebody_else(portal, "sold at the fair"), write="write")

    page = portal.visitor().post(f"{page_of(portal)}/skipped-records/retry", {"code": "item-not-found"})

    assert "One record is tried in the next run." in page.text
    assert note_of(portal) == (OTHER, "sold at the fair")
    assert from_iso(portal.house.parked()[5002].next_try) == portal.house.clock.now()


@pytest.mark.parametrize("button, fields", [("dismiss", {"note": "mine"}), ("retry", {})])
def test_what_a_run_brought_through_at_that_instant_is_skipped_no_more(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, button: str, fields: dict[str, str]
) -> None:
    skip(portal.house, 5001)
    a_moment_before(
        portal, monkeypatch, SKIPPED,
        lambda: portal.house.connector.skipped.clear(portal.house.shop, "orders", ["5001"]))

    answer = portal.visitor().post(f"{page_of(portal)}/skipped-records/orders/5001/{button}", fields)

    assert answer.status_code == 404
    assert portal.house.parked() == {}


def test_a_record_that_is_retried_has_that_once_in_its_history(portal: Portal) -> None:
    skip(portal.house, 5001)
    visitor = portal.visitor()
    visitor.post(f"{page_of(portal)}/skipped-records/orders/5001/retry", {"seen": ""})

    page = text_of(visitor.get(f"{page_of(portal)}/records/orders/5001").text)

    assert page.count("Retry a skipped record") + page.count("Retry skipped records") == 1


def test_of_two_who_reset_at_one_instant_neither_leaves_out_what_the_other_wants_read(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = portal.house
    house.order(5001)
    house.sync()
    house.clock.forward(3600)
    reset = house.connector.informations.set_last_sync_time
    start = from_iso("2026-03-01T00:00:00Z")
    a_moment_before(portal, monkeypatch, TIMES, lambda: reset(house.shop, "orders", start, by=OTHER))

    answer = portal.visitor().post(f"{page_of(portal)}/reset/orders", {"how": "since", "since": "2026-03-05T00:00"})

    assert answer.status_code == 422
    assert "That time lies after what was read" in answer.text
    assert from_iso(house.connector.informations.get(house.shop, "orders").last_sync_time) == start


def test_the_audit_says_of_a_card_what_this_save_changed_and_not_what_another_did_at_that_instant(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = portal.house
    a_moment_before(portal, monkeypatch, CARDS, lambda: house.card(enabled=False), write="put")

    portal.visitor().post(f"{page_of(portal)}/logging", {"mode": "All"})

    (told,) = house.connector.operations.page(operation="save_shop").operations
    assert told.after == {"logging_mode": "All"}
    assert house.connector.shops.switched(house.connector.shops.get(house.shop)) == ("", "")


def test_a_company_is_not_chosen_on_a_card_that_a_colleague_has_saved_meanwhile(portal: Portal) -> None:
    visitor, address = portal.visitor(), f"{page_of(portal)}/bc-company"
    seen = re.search(r'name="version" value="(\w+)"', visitor.get(address).text)
    assert seen is not None
    portal.house.card(company_id="11111111-1111-1111-1111-111111111111")

    answer = visitor.post(address, {"company": portal.house.bc.company, "version": seen[1]})

    assert (answer.status_code, "shop-card-changed" in answer.text) == (412, True)
    assert saved(portal, "company_id") == "11111111-1111-1111-1111-111111111111"


def test_nothing_is_queued_that_nobody_would_take(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, switched_off=frozenset({"sync_job"})) as portal:
        page = portal.visitor().post(f"{page_of(portal)}/sync")
        with admin_api(portal.house, monkeypatch) as admin:
            status, answer = admin("start_sync")

    assert (page.status_code, status, answer["type"]) == (409, 409, "queue-switched-off")
    assert "AzureWebJobs.sync_job.Disabled" in page.text
