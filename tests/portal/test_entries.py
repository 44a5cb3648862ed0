"""A number, a day or a time that is none comes back beside its field, with what was typed, and nothing is done."""
from __future__ import annotations

import pytest

from tests.portal.logged import call
from tests.portal.served import Portal, page_of, text_of

NUMBER = ("Enter a whole number from ", "Entrer un nombre entier de ")
TIME = ("is not a date and time", "n’est pas une date et une heure")
DAY = ("is not a day, written as 2026-03-10", "n’est pas un jour écrit comme 2026-03-10")


@pytest.mark.parametrize("path, field, typed, told", [
    *(("/portal/log-removal", "days", typed, NUMBER) for typed in ("0", "-1", "1.5", "3651", "9" * 20, "٣")),
    *(("/portal/log-entries", "status", typed, NUMBER) for typed in ("much", "1000")),
    *((path, "from", "yesterday", TIME) for path in ("/portal/log-entries", "/portal/audit", "/portal/data-captures")),
    *((path, "to", "2026-13-01T00:00", TIME) for path in ("/portal/log-entries", "/portal/data-captures")),
    ("/portal/orders/tax-apart", "from", "yesterday", DAY), ("/portal/orders/tax-apart", "to", "2026-13-01", DAY),
])
def test_what_is_no_number_and_no_time_is_told_beside_its_field_which_keeps_it(
    portal: Portal, path: str, field: str, typed: str, told: tuple[str, str]
) -> None:
    call(portal.house, status=500)

    for language, words in zip(("en-GB", "fr-FR"), told, strict=True):
        answer = portal.visitor(language).get(path, params={field: typed})

        assert answer.status_code == 422
        assert words in text_of(answer.text)
        assert f'value="{typed}" aria-invalid="true" aria-describedby="{field}-wrong"' in answer.text
        assert "graphql.json" not in answer.text
        assert "Delete these entries" not in answer.text


@pytest.mark.parametrize("hours", ["0", "721", "a day", "1.5"])
def test_hours_that_are_none_leave_the_logging_mode_as_it_was(portal: Portal, hours: str) -> None:
    before = portal.house.connector.shops.get(portal.house.shop)

    answer = portal.visitor().post(f"{page_of(portal)}/logging", {"mode": "All", "hours": hours})

    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 720." in text_of(answer.text)
    assert f'value="{hours}" aria-invalid="true" aria-describedby="hours-wrong hours-help"' in answer.text
    assert '<option value="All" selected>' in answer.text
    assert portal.house.connector.shops.get(portal.house.shop) == before


def test_a_file_is_refused_with_what_is_wrong(portal: Portal) -> None:
    answer = portal.visitor().get("/portal/log-entries/export", params={"status": "much"})

    assert answer.status_code == 400
    assert "Status: Enter a whole number from 0 to 999." in text_of(answer.text)
