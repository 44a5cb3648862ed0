"""What each page of the portal calls its headings, buttons, fields and links, and where its links lead.

Read over HTTP from every page and state that needs no browser to be seen, in one language: what a guide may name, and
on which page.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import pytest

from tests.memory import storage_in_memory
from tests.portal.pages import functions, page_functions, pattern
from tests.portal.scene import ORDER
from tests.portal.served import Portal, Visitor, a_portal, page_of
from tests.portal.states import scene_of, situation

LOOKED_AT = ("pages", "records", "order lists", "empty", "set-up", "trouble", "failed", "at night")
"""Situations whose states are read, those left out that somebody has to bring about by hand."""

ANSWERS = {
    "portal_search": "portal_record", "portal_request_access": "portal_shop", "portal_create_shop": "portal_shop_guide",
    "portal_replay_data_capture": "portal_replay_data_capture", "portal_test_connection": "portal_test_connection",
    "portal_check_set_up": "portal_set_up_check", "portal_choose_company": "portal_shop",
}
"""Which page somebody sees who sends this form and is led on by what stands there."""

_DAY = 86_400
"""Seconds."""

_NAMED = {"h1", "h2", "h3", "a", "button", "label", "summary", "legend", "th", "dt", "option"}
_VOID = {"br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
_ZONES = (", CET", ", CEST", ", UTC")


class Page(NamedTuple):
    """What stands on a page in any of its states.

    names   what its parts are called
    leads   name of a link or button -> functions of the pages that it leads to
    rows    functions of the pages that its other links lead to: those of a list, by what each row is called
    sends   name -> functions that its forms are sent to
    fetches functions of the pages of which it fetches a part as soon as it is there
    """

    names: set[str]
    leads: dict[str, set[str]]
    rows: set[str]
    sends: dict[str, set[str]]
    fetches: set[str]


Pages = dict[str, Page]
"""By the name of the page's function."""


@cache
def pages_in(locale: str) -> Pages:
    """The portal's pages as a reader of this language has them, with the parts that they fetch by themselves."""
    found: Pages = {}
    for function, address, html in _seen(locale):
        _read(found.setdefault(function, Page(set(), {}, set(), {}, set())), html, address)
    for page in found.values():
        for part in page.fetches & found.keys():
            page.names.update(found[part].names)
    return found


def function_at(path: str, method: str = "GET") -> str:
    """The function that answers at this path of the portal; "" for none."""
    routes = functions(method)
    fits = [name for name, route in routes.items() if pattern(route).fullmatch(urlsplit(path).path)]
    return min(fits, key=lambda name: routes[name].count("{"), default="")


def plain(text: str) -> str:
    """A name as it is typed, in the blanks and apostrophes of a keyboard, without the zone of a column of times."""
    typed = " ".join(text.replace("’", "'").replace("\u00a0", " ").split())
    return next((typed.removesuffix(zone) for zone in _ZONES if typed.endswith(zone)), typed)


def _seen(locale: str) -> Iterator[tuple[str, str, str]]:
    """(function, address, page) of each state that is seen by going there, and of what a form answers by itself."""
    for name in LOOKED_AT:
        with situation(name) as (portal, states):
            for _, look in states:
                if look.act is None and not look.printed and (function := function_at(look.path)):
                    yield function, look.path, portal.visitor(locale).get(look.path).text
            if name == "order lists":
                yield from _visited(portal.visitor(locale), [f"{page_of(portal)}/records/orders/{ORDER}"])
    with pytest.MonkeyPatch.context() as patch, a_portal(
        storage_in_memory(), patch, shop="FR", bc_web_client_url="https://bc.example.com/BC"
    ) as portal:
        yield from _answered(portal, locale)


def _answered(portal: Portal, locale: str) -> Iterator[tuple[str, str, str]]:
    """What forms answer, what leads into Business Central, and an overview after hours without a run."""
    scene, shop, visitor = scene_of(portal), page_of(portal), portal.visitor(locale)
    capture = f"{shop}/data-captures/customers/{scene.capture}/replay"
    yield "portal_test_connection", shop, visitor.post(f"{shop}/test-connection").text
    yield "portal_set_up_check", f"{shop}/set-up-check", visitor.post(f"{shop}/set-up-check").text
    yield "portal_replay_data_capture", capture, visitor.post(capture, {"how": "dry-run"}).text
    yield from _visited(visitor, [shop, "/portal/skipped-records", f"{shop}/runs/{scene.run}",
                                  f"{shop}/records/orders/{ORDER}", f"{shop}/records/orders/6001"])
    portal.house.clock.forward(_DAY)
    yield from _visited(visitor, ["/portal"])


def _visited(visitor: Visitor, paths: list[str]) -> Iterator[tuple[str, str, str]]:
    for path in paths:
        yield function_at(path), path, visitor.get(path).text


def _read(page: Page, html: str, address: str) -> None:
    reader = _Reader()
    reader.feed(html)
    page.fetches.update(map(function_at, reader.fetched))
    for part in reader.parts:
        name = plain(part.text)
        if not name:
            continue
        page.names.add(name)
        if part.sends is not None:
            where = function_at(urljoin(address, part.sends), part.method)
            page.sends.setdefault(name, set()).add(where)
            leads = ANSWERS.get(where, where if where in page_functions() else "")
        else:
            leads = function_at(urljoin(address, part.href)) if part.href else ""
        if leads:
            page.leads.setdefault(name, set()).add(leads)
            page.rows.add(leads)


class _Part:
    """A part of a page that has a name: where it leads, or where its form is sent."""

    def __init__(self, tag: str, href: str, sends: str | None, method: str) -> None:
        self.tag, self.href, self.sends, self.method, self.text = tag, href, sends, method, ""


class _Reader(HTMLParser):
    """The parts of a page, in their order; what only a screen reader is told is no part of a name."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[_Part] = []
        self.fetched: list[str] = []
        self._open: list[tuple[str, _Part | None, bool]] = []
        self._form: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("hx-trigger") == "load":
            self.fetched.append(given["hx-get"])
        if tag == "form":
            self._form = given.get("action", ""), given.get("method", "get").upper()
        if tag in _VOID:
            return
        part = None
        if tag in _NAMED or "state" in given.get("class", "").split():
            form = self._form if tag == "button" and "popovertarget" not in given else None
            part = _Part(tag, given.get("href", ""), form[0] if form else None, form[1] if form else "GET")
            self.parts.append(part)
        self._open.append((tag, part, bool({"unseen", "more", "gist", "muted"} & set(given.get("class", "").split()))))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag not in _VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, part, unseen in reversed(self._open):
            if unseen and part is None:
                return
            if part is not None:
                part.text += data
