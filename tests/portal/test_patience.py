"""Whoever looks at a page waits a while for a service that is down, and never as long as a run does."""
from __future__ import annotations

import pytest

from functions.portal.edge import PATIENCE
from local.business_central.faults import Fault
from tests.house import House
from tests.portal.pages import functions
from tests.portal.scene import Scene
from tests.portal.served import Portal

FORMS = {"portal_sync_order": {"order": "#5001"}, "portal_replay_data_capture": {"how": "replay"},
         "portal_choose_logging": {"mode": "All"}, "portal_set_environment": {"allow": "yes"},
         "portal_reset_type": {"how": "all"}, "portal_choose_company": {"company": "x"}}
SIGN_IN = 14
"""Seconds of pauses between the tries of the sign-in, which all that waits for Business Central shares."""


def business_central_is(house: House, **how: object) -> None:
    house.bc.faults.add(Fault(**{"kind": "status", "times": None, **how}))  # type: ignore[arg-type]


DOWN = {
    "503": lambda house: business_central_is(house, status=503),
    "429, asks for a minute": lambda house: business_central_is(house, status=429, retry_after=60),
    "lost": lambda house: business_central_is(house, kind="drop_request"),
    "a page of a proxy": lambda house: business_central_is(house, kind="html", status=200),
    "Shopify down": lambda house: house.shopify.fault("http_5xx", times=9999),
    "Shopify throttles": lambda house: house.shopify.fault("throttled", times=9999),
}


@pytest.mark.parametrize("down", DOWN)
def test_no_page_waits_longer_than_a_person(portal: Portal, down: str) -> None:
    scene, visitor, clock = Scene(portal.house), portal.visitor(), portal.house.clock
    DOWN[down](portal.house)

    for method in ("GET", "POST"):
        for name, route in functions(method).items():
            if name == "portal_remove_shop":
                continue
            before = len(clock.sleeps)
            query = "?how=all" if name == "portal_reset" else ""
            path = scene.path(name, route) + query
            answer = visitor.get(path) if method == "GET" else visitor.post(
                path, FORMS.get(name), allow_redirects=False)

            assert answer.status_code != 500, name
            assert sum(clock.sleeps[before:]) <= PATIENCE + SIGN_IN, name


def test_a_service_that_hiccups_is_asked_again_while_somebody_waits(portal: Portal) -> None:
    portal.house.bc.faults.add(Fault("status", times=2, status=503))

    page = portal.visitor().get(f"/portal/shops/{portal.house.shop}/bc-company")

    assert page.status_code == 200
    assert portal.house.clock.sleeps != []


def test_a_run_has_all_the_patience_that_it_had(portal: Portal) -> None:
    house = portal.house
    house.order(5001)
    business_central_is(house, status=503)

    house.sync()

    assert sum(house.clock.sleeps) > PATIENCE
