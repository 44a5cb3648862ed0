"""Whoever was woken because orders stopped reads what stopped, since when and why, and has the right button beside."""
from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from local.business_central.faults import Fault
from shared.admin.overview import ShopOverview
from shared.admin.shop_page import look_at
from shared.admin.shops import switch_shop
from shared.clock import iso, iso_exact
from shared.settings import SYNC_FUNCTION, SYNC_TIMER
from shared.stores.sync_runs import Counts, SyncRun
from shared.sync.shop_lease import shop_lease
from tests.house import House, HouseStorage
from tests.portal.served import Portal, a_portal, text_of
from tests.portal.skipping import skip

HOUR = 3600
FIVE_MINUTES = 300


def stands(house: House) -> ShopOverview:
    """How the shop of the house stands."""
    return look_at(house.connector, house.shop, "en").shop


def told(portal: Portal, language: str) -> str:
    """What stands on the overview, with ordinary blanks."""
    return text_of(portal.visitor(language).get("/portal").text).replace("\u00a0", " ").replace("\u202f", " ")


def without_business_central(house: House) -> None:
    """It answers nobody any more."""
    house.bc.faults.add(Fault("status", times=None, status=503))
    house.order(5001)


def every_twenty_minutes(house: House, times: int) -> list[SyncRun]:
    """So many runs."""
    runs = []
    for _ in range(times):
        runs.append(house.sync())
        house.clock.forward(20 * 60)
    return runs


# Runs that fail, one after another


def test_a_service_that_is_down_for_hours_needs_somebody_though_the_last_run_failed_a_moment_ago(house: House) -> None:
    without_business_central(house)

    first, *_ = every_twenty_minutes(house, 2)
    before = stands(house)
    last = every_twenty_minutes(house, 3)[-1]
    after = stands(house)

    assert (before.state, before.reason, before.since) == ("running", "waiting", first.started_at)
    assert (after.state, after.reason, after.since) == ("needs-you", "failed", first.started_at)
    assert (after.tried, after.run, after.next_step) == (last.started_at, last.id, "look-at-run")


@pytest.mark.parametrize("language, says", [
    ("en-GB", ["Your shop needs you", "Runs have failed since", "(the last one:", "Look at the run"]),
    ("fr-FR", ["Votre boutique est à traiter", "Les synchronisations échouent depuis :", "(la dernière :"]),
])
def test_it_says_since_when_and_when_it_was_tried_last(portal: Portal, language: str, says: list[str]) -> None:
    without_business_central(portal.house)
    runs = every_twenty_minutes(portal.house, 5)

    page = portal.visitor(language).get("/portal").text

    assert [one for one in says if one not in text_of(page).replace("\u00a0", " ")] == []
    assert f'datetime="{runs[0].started_at}"' in page
    assert f'datetime="{runs[-1].started_at}"' in page


def test_another_reason_in_between_does_not_begin_the_failure_anew(house: House) -> None:
    without_business_central(house)
    first = house.sync()
    house.clock.forward(HOUR)
    house.bc.faults.clear()
    house.bc.faults.add(Fault("status", times=None, status=403))
    other = house.sync()

    assert other.error_code != first.error_code
    assert (stands(house).reason, stands(house).since) == ("failed", first.started_at)
    assert (stands(house).tried, stands(house).run) == (other.started_at, other.id)


def test_a_run_that_goes_through_ends_the_failure(house: House) -> None:
    without_business_central(house)
    every_twenty_minutes(house, 4)
    house.bc.faults.clear()
    assert house.sync().state == "succeeded"
    through = stands(house)
    house.clock.forward(FIVE_MINUTES)
    without_business_central(house)
    house.order(5002)
    again = house.sync()

    assert (through.state, through.reason) == ("running", "succeeded")
    assert (stands(house).reason, stands(house).since, stands(house).tried) == ("waiting", again.started_at, None)


def test_failures_that_are_folded_into_one_row_say_when_the_last_was(house: House) -> None:
    runs, at = house.connector.runs, []
    for _ in range(3):
        house.clock.forward(FIVE_MINUTES)
        run = runs.begin(house.shop, ["orders"], "schedule")
        at.append(run.started_at)
        run.state, run.error_code, run.ended_at = "failed", "bc-unauthorized", run.started_at
        runs.save(run)
        runs.fold(run)

    seen = stands(house)

    assert len(runs.latest(house.shop)) == 1
    assert (seen.reason, seen.since, seen.tried) == ("failed", at[0], at[-1])


def test_the_run_that_tries_again_changes_nothing_until_it_has_brought_something(portal: Portal) -> None:
    house = portal.house
    without_business_central(house)
    every_twenty_minutes(house, 5)
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    with shop_lease(house.connector, house.shop):
        trying, said, dit = stands(house), told(portal, "en-GB"), told(portal, "fr-FR")
        run.counts = {"orders": Counts(read=3, created=1)}
        house.connector.runs.save(run)
        bringing = stands(house)

    assert (trying.state, trying.reason, trying.trying) == ("needs-you", "failed", True)
    assert "Another one is under way." in said
    assert "Une autre est en cours." in dit
    assert (bringing.state, bringing.reason, bringing.run) == ("running", "under-way", run.id)


# Runs that do not begin


@pytest.mark.parametrize("language, says", [
    ("en-GB", ["Your shop needs you", "No run has begun, though one was due. The last run:",
               "run-overdue: By the schedule (SYNC_SCHEDULE) one should have begun at 2026-03-10T10:05",
               "Look at the schedule"]),
    ("fr-FR", ["Votre boutique est à traiter", "Aucune synchronisation n’a commencé, alors qu’une était due.",
               "run-overdue: Selon la planification (SYNC_SCHEDULE), une synchronisation aurait dû commencer : 10/",
               "Voir la planification"]),
])
def test_a_shop_whose_runs_do_not_begin_any_more_needs_somebody(
    portal: Portal, language: str, says: list[str]
) -> None:
    portal.house.sync()
    ran = iso_exact(portal.house.clock.now())
    portal.house.clock.forward(HOUR)
    in_time = stands(portal.house)
    portal.house.clock.forward(FIVE_MINUTES)

    seen, page = stands(portal.house), portal.visitor(language).get("/portal").text

    assert (in_time.state, in_time.reason) == ("running", "succeeded")
    assert (seen.state, seen.reason, seen.since) == ("needs-you", "no-run-begins", ran)
    assert [one for one in says if one not in text_of(page).replace("\u00a0", " ")] == []
    assert 'href="/portal/environment#schedule"' in page


def test_a_run_whose_worker_died_is_under_way_as_long_as_somebody_holds_the_shop(house: House) -> None:
    house.connector.runs.begin(house.shop, ["orders"], "schedule")
    house.clock.forward(2 * HOUR)
    with shop_lease(house.connector, house.shop):
        held = stands(house)

    assert (held.state, held.reason) == ("running", "under-way")
    assert (stands(house).state, stands(house).reason) == ("needs-you", "no-run-begins")


def test_a_run_that_waits_to_go_on_is_under_way(house: House) -> None:
    run = house.connector.runs.begin(house.shop, ["orders"], "schedule")
    run.state = "continuing"
    house.connector.runs.save(run)
    house.clock.forward(2 * HOUR)

    assert stands(house).reason == "under-way"


def not_allowed_for_hours(house: House) -> None:
    house.connector.permission.allow(False, by="ada")
    house.clock.forward(3 * HOUR)
    house.connector.permission.allow(True, by="ada")


def off_for_hours(house: House) -> None:
    switch_shop(house.connector, house.shop, False, by="ada")
    house.clock.forward(3 * HOUR)
    switch_shop(house.connector, house.shop, True, by="ada")


def without_access_for_hours(house: House) -> None:
    house.connector.tokens.forget(house.shop)
    house.clock.forward(3 * HOUR)
    house.connector.tokens.keep(house.shop, house.shopify.token)


@pytest.mark.parametrize("kept_from_it", [not_allowed_for_hours, off_for_hours, without_access_for_hours])
def test_what_kept_runs_from_beginning_is_over_and_the_next_one_has_its_hour(
    house: House, kept_from_it: Callable[[House], None]
) -> None:
    house.sync()
    kept_from_it(house)
    at_once = stands(house)
    house.clock.forward(HOUR + FIVE_MINUTES)

    assert at_once.reason == "succeeded"
    assert stands(house).reason == "no-run-begins"


def test_a_shop_that_never_ran_has_its_hour_from_when_it_was_enabled(house: House) -> None:
    house.card(enabled=False)
    switch_shop(house.connector, house.shop, True, by="ada")
    first = stands(house)
    house.clock.forward(HOUR + FIVE_MINUTES)

    assert first.reason == "never-ran"
    assert (stands(house).reason, stands(house).since) == ("no-run-begins", None)


@pytest.mark.parametrize("schedule", ["0 0 0 1 1 *", "every now and then"])
def test_no_run_is_due_where_the_schedule_has_none(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, schedule: str
) -> None:
    with a_portal(house_storage, monkeypatch, sync_schedule=schedule) as portal:
        portal.house.sync()
        portal.house.clock.forward(48 * HOUR)

        assert stands(portal.house).reason == "succeeded"


# Who switched what off


@pytest.mark.parametrize("function, code, language, says", [
    (SYNC_TIMER, "schedule-switched-off", "en-GB", "The schedule that starts the runs is switched off."),
    (SYNC_TIMER, "schedule-switched-off", "fr-FR", "La planification qui lance les synchronisations est désactivée."),
    (SYNC_FUNCTION, "queue-switched-off", "en-GB", "The function that carries the runs out is switched off."),
    (SYNC_FUNCTION, "queue-switched-off", "fr-FR", "La fonction qui exécute les synchronisations est désactivée."),
])
def test_a_function_that_somebody_switched_off_pauses_every_shop_at_once_and_is_named(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch, function: str, code: str, language: str, says: str
) -> None:
    with a_portal(house_storage, monkeypatch, switched_off=frozenset({function})) as portal:
        portal.house.sync()

        seen, text = stands(portal.house), told(portal, language)

    assert (seen.state, seen.reason, seen.next_step) == ("paused", "no-run-begins", "look-at-schedule")
    assert f"{code}: " in text
    assert f"AzureWebJobs.{function}.Disabled" in text
    assert says in text


def test_what_needs_somebody_is_told_though_the_schedule_is_off(
    house_storage: HouseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_portal(house_storage, monkeypatch, switched_off=frozenset({SYNC_TIMER})) as portal:
        portal.house.card(company_id="00000000-0000-0000-0000-000000000001")
        portal.house.order(5001)
        portal.house.sync()

        assert (stands(portal.house).state, stands(portal.house).reason) == ("needs-you", "failed")


@pytest.mark.parametrize("language, says", [
    ("en-GB", "Switched off by vera@example.com."), ("fr-FR", "Désactivé par vera@example.com."),
])
@pytest.mark.parametrize("switch_off", [
    pytest.param(lambda house: switch_shop(house.connector, house.shop, False, by="vera@example.com"), id="shop"),
    pytest.param(lambda house: house.connector.permission.allow(False, by="vera@example.com"), id="http-requests"),
])
def test_what_a_colleague_switched_off_says_who_and_when(
    portal: Portal, switch_off: Callable[[House], Any], language: str, says: str
) -> None:
    switch_off(portal.house)
    off_at = iso(portal.house.clock.now())
    portal.house.clock.forward(24 * HOUR)

    page = portal.visitor(language).get("/portal").text

    assert stands(portal.house).since == off_at
    assert f'datetime="{off_at}"' in page
    assert says in text_of(page).replace("\u00a0", " ")


# What the heading alone does not say


@pytest.mark.parametrize("language, one, three, most", [
    ("en-GB", "One record waits for a correction.", "3 records wait for a correction.",
     "At least 999 records wait for a correction."),
    ("fr-FR", "Un enregistrement attend une correction.", "3 enregistrements attendent une correction.",
     "Au moins 999 enregistrements attendent une correction."),
])
def test_what_is_skipped_stands_right_below_the_heading(
    portal: Portal, language: str, one: str, three: str, most: str
) -> None:
    def below() -> str:
        page = portal.visitor(language).get("/portal").text
        heading = page.split("</h1>", 1)[1].split("</div>", 1)[0]
        return " ".join(re.sub(r"<[^>]+>", " ", heading).replace("\u00a0", " ").split())

    house = portal.house
    house.sync()
    nothing = below()
    skip(house, 5001)
    first = below()
    for number in (5002, 5003):
        skip(house, number)
    third = below()
    for number in range(6000, 7000):
        skip(house, number)

    assert nothing == ""
    assert (first, third) == (one, three)
    assert below() == most


@pytest.mark.parametrize("language, says", [
    ("en-GB", "Shopify's support of API version 2026-10 ends on"), ("fr-FR", "2026-10"),
])
def test_the_end_of_the_api_version_is_told_on_the_overview(portal: Portal, language: str, says: str) -> None:
    before = portal.visitor(language).get("/portal").text
    portal.house.clock.forward(560 * 24 * HOUR)
    after = portal.visitor(language).get("/portal").text

    assert 'id="api-version"' not in before
    assert says in unescape(after.split('id="api-version"', 1)[1].split("</section>", 1)[0])


@pytest.mark.parametrize("language, says", [
    ("en-GB", "It waits for a file that Shopify writes, and goes on by itself."),
    ("fr-FR", "Elle attend un fichier que Shopify écrit, et se poursuit d’elle-même."),
])
def test_a_run_that_waits_for_a_file_says_so(portal: Portal, language: str, says: str) -> None:
    run = portal.house.connector.runs.begin(portal.house.shop, ["orders"], "schedule")
    before = told(portal, language)
    run.state, run.looks_at = "continuing", "2026-03-10T10:05:00.000000Z"
    portal.house.connector.runs.save(run)

    assert says not in before
    assert says in told(portal, language)
