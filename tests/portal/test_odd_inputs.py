"""Whatever stands in the address or the form of a page: it is shown, or refused in the reader's language, and never a
failure. Each page is asked by what it takes, alone, so that no other misfit comes first.
"""
from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

import pytest
import requests

from tests.admin import app_functions
from tests.portal.pages import functions
from tests.portal.served import Portal, text_of

ODD = [
    "", " ", "a/b", "a\\b", "é" * 300, "x" * 5000, "-1", "9" * 40, "٣", "' or 1 eq 1", "2026-13-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00", "<script>alert(1)</script>",
    "\ud7ff\uffff", "%00", "http://[", "//[::1", "https://a\u2100b/", "{{7*7}}",
]
FITS = {"how": "since", "since": "2026-03-10T10:00", "enabled": "yes", "mode": "All", "allow": "yes", "code": "NEW",
        "order": "#1", "until": "2026-03-10T10:00:00Z", "shopify_url": "new.myshopify.com"}
"""What the other fields of a form hold."""
FOR_PROGRAMMERS = re.compile(
    r"Expected `|got `|at `\$|Traceback|NoneType|literal|isoformat|codec|required field|must be in|out of range")
PLACES = {"shop": "FR", "type": "orders", "id": "1"}


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_words_in_the_address_of_a_page_are_no_failure(portal: Portal, odd: str) -> None:
    visitor = portal.visitor("fr-FR")

    for name, route in functions("GET").items():
        for part in parts_of(route) if odd else []:
            check(visitor.get(path(portal, route, part, odd)), (name, part))
        for part in taken(name, "query") or ["unknown"]:
            check(visitor.get(path(portal, route), params={part: odd}), (name, part))


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_words_in_a_form_are_no_failure(portal: Portal, odd: str) -> None:
    visitor = portal.visitor("fr-FR")

    for name, route in functions("POST").items():
        for part in parts_of(route) if odd else []:
            check(visitor.post(path(portal, route, part, odd), allow_redirects=False), (name, part))
        fields = taken(name, "form")
        for part in fields or ["unknown", "time_zone", "more-rows"]:
            given = {field: FITS[field] for field in fields if field in FITS} | {part: odd}
            check(visitor.post(path(portal, route), given, allow_redirects=False), (name, part))


@pytest.mark.parametrize("fields, told", [({"more": "1"}, "'more' n’est pas connu ici"), ({}, "'enabled' manque")])
def test_a_form_that_lacks_a_field_or_has_one_too_many_says_which(
    portal: Portal, fields: dict[str, str], told: str
) -> None:
    answer = portal.visitor("fr-FR").post(f"/portal/shops/{portal.house.shop}/enabled", fields)

    assert answer.status_code == 400
    assert told in text_of(answer.text)


def check(answer: requests.Response, what: tuple[str, str]) -> None:
    assert answer.status_code < 500, what
    assert "<script>alert" not in answer.text, what
    if answer.status_code >= 400:
        assert '<html lang="fr">' in answer.text, what
        assert not FOR_PROGRAMMERS.search(text_of(answer.text)), (what, text_of(answer.text))


def parts_of(route: str) -> list[str]:
    """The names of the parts of a path that a request fills in."""
    return re.findall(r"\{(\w+)", route)


def path(portal: Portal, route: str, part: str = "", odd: str = "") -> str:
    """An address of this route, in the portal's shop; with this in place of one part."""
    values = {**PLACES, "shop": portal.house.shop, part: odd}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: quote(values[found[1]], safe=""), route)


def taken(name: str, place: str) -> list[str]:
    """What the function of this name takes in its query, or its form."""
    definition = getattr(inputs().get(name), place, None)
    return list(definition.__struct_encode_fields__) if definition else []


@lru_cache(maxsize=1)
def inputs() -> dict[str, object]:
    """What each function takes, by its name."""
    return {one.get_function_name(): getattr(one.get_user_function(), "inputs", None) for one in app_functions()}
