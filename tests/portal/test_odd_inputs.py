"""Whatever stands in the address or the form of a page: it is shown, or refused with a reason, and never a failure."""
from __future__ import annotations

import pytest

from tests.portal.pages import address, functions
from tests.portal.served import Portal

ODD = ["", " ", "..", "a/b", "a\\b", "é" * 300, "x" * 5000, "-1", "9" * 40, "٣", "' or 1 eq 1", "2026-13-01T00:00:00Z",
       "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "<script>alert(1)</script>", "\ud7ff\uffff", "%00"]
NAMES = ["shop", "type", "from", "to", "status", "text", "run", "code", "continuation", "page", "confirm", "note"]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_words_in_the_address_of_a_page_are_no_failure(portal: Portal, odd: str) -> None:
    visitor = portal.visitor()

    for name, route in functions("GET").items():
        for part in NAMES:
            answer = visitor.get(address(route, portal.house), params={part: odd})

            assert answer.status_code < 500, (name, part)
            assert "<script>alert" not in answer.text, (name, part)


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_odd_words_in_a_form_are_no_failure(portal: Portal, odd: str) -> None:
    visitor = portal.visitor()

    for name, route in functions("POST").items():
        answer = visitor.post(address(route, portal.house), dict.fromkeys(NAMES, odd))

        assert answer.status_code < 500, name
        assert "<script>alert" not in answer.text, name
