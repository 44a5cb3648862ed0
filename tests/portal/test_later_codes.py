"""After a step back to an older version every page is there, also where the newer one has kept a code of its own."""
from __future__ import annotations

import pytest

from shared.access.connections import Connection, State
from tests.admin import admin_api
from tests.portal.later_version import LATER, kept_by_a_later_version
from tests.portal.served import Portal, page_of, text_of


@pytest.mark.parametrize("language, title", [
    ("en-GB", "A newer version of the connector has kept this problem"),
    ("fr-FR", "Une version plus récente du connecteur a conservé ce problème"),
])
@pytest.mark.parametrize("path", [
    "/portal", "{shop}", "/portal/runs", "{shop}/runs/{run}", "/portal/skipped-records", "{shop}/records/orders/5001",
    "{shop}/skipped-records/orders/5001/dismiss",
])
def test_a_code_that_came_later_is_told_as_that(portal: Portal, path: str, language: str, title: str) -> None:
    run = kept_by_a_later_version(portal)

    answer = portal.visitor(language).get(path.format(shop=page_of(portal), run=run))

    assert answer.status_code == 200
    assert title in text_of(answer.text)


def test_code_and_sentence_stand_beside_it(portal: Portal) -> None:
    kept_by_a_later_version(portal)

    assert f"{LATER}: the moon is too full" in text_of(portal.visitor().get("/portal").text)


def test_so_is_why_access_was_lost(portal: Portal) -> None:
    portal.house.connector.tokens.connections.save(portal.house.shop, Connection(
        state=State.DISCONNECTED, reason=LATER, detail="the moon is too full", at="2026-03-10T09:00:00Z"))

    assert portal.visitor().get("/portal").status_code == 200
    assert portal.visitor().post(f"{page_of(portal)}/sync").status_code == 500
    assert LATER in portal.visitor().post(f"{page_of(portal)}/sync").text


def test_the_file_and_the_api_have_it_too(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_by_a_later_version(portal)
    file = portal.visitor().get("/portal/skipped-records/export")
    with admin_api(portal.house, monkeypatch) as admin:
        status, answer = admin("get_overview")

    assert (file.status_code, LATER in file.text) == (200, True)
    assert (status, answer["shops"][0]["problem"]["code"]) == (200, LATER)
