"""No English is left on a French page: every page and state is read, word by word.

What counts as English is made of the catalogue: the words that the portal says in English and that none of its French
texts has. So a text that somebody forgets to mark or to translate is seen by its own words. What services and people
said, and names of fields as Shopify sends them, is not the portal's, and stands here or in elements of its own.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, expect

from shared.languages import po_file
from tests.portal.chromium import looking
from tests.portal.served import Portal
from tests.portal.states import SITUATIONS, Look, situation

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+(?:![a-z])?\}|https?:\S+|[A-Z]+(?:_[A-Z]+)+|<[^>]+>"
                          r"|AzureWebJobs\.\w+\.Disabled")
_SPOKEN = ("aria-label", "placeholder", "alt", "title", "data-label")
_WITHOUT_AN_END = {"br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
_OF_OTHERS = {"bdi", "code", "pre", "script", "style", "textarea"}
_OF_JSON = {"code", "key", "value"}
"""Classes: of what is code, and of names and values in a payload."""

SAID_BY_OTHERS = (
    "the app was removed in Shopify", "the app was removed", "G/L account 708500 has no general posting group",
    "paid in cash", "#5003: the tax differs by 0.01 EUR", "Internal Server Error", "Created", "'status'",
    "much", "Europe/Nowhere", "(Viewer dans Microsoft Entra)", "Gen. Bus. Posting Group",
    "The company '00000000-0000-0000-0000-000000000001' cannot be found.",
    "Internal_TenantUnavailable The service is not available.", "Company 7301",
)
"""Sentences of Business Central, Shopify, HTTP and operators in these houses, what was typed, and the role's name in
Microsoft Entra."""


class _Reader(HTMLParser):
    """What a page says by itself: its texts, and what is read aloud or stands in fields."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._of_others: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        of_others = (tag in _OF_OTHERS or bool(_OF_JSON & set(given.get("class", "").split()))
                     or (tag != "html" and "lang" in given))
        if not of_others and not any(self._of_others):
            self.said += [given[name] for name in _SPOKEN if name in given]
        if tag not in _WITHOUT_AN_END:
            self._of_others.append(of_others)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _WITHOUT_AN_END and self._of_others:
            self._of_others.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._of_others):
            self.said.append(data)


def words_in(texts: Iterable[str]) -> set[str]:
    """Words, in small letters."""
    return {word.lower() for text in texts for word in _WORD.findall(text)}


def words_of(page: str) -> set[str]:
    """The words that a page says by itself, its title among them."""
    reader = _Reader()
    reader.feed(page)
    texts = [_PLACEHOLDER.sub(" ", " ".join(text.split())) for text in reader.said]
    for foreign in SAID_BY_OTHERS:
        texts = [text.replace(foreign, " ") for text in texts]
    return words_in(texts)


@cache
def english() -> frozenset[str]:
    """Words of three letters and more that English texts have and no French one."""
    with po_file("fr").open("rb") as file:
        texts = [one for one in read_po(file, locale="fr") if one.id]
    ids, strings = ([_PLACEHOLDER.sub(" ", text) for one in texts for text in _forms(getattr(one, of))]
                    for of in ("id", "string"))
    return frozenset(word for word in words_in(ids) - words_in(strings) if len(word) > 2)


def _forms(text: str | Iterable[str]) -> list[str]:
    return [text] if isinstance(text, str) else [*text]


def shown(browser: Browser, portal: Portal, look: Look, locale: str) -> str:
    """The page as a reader of this language has it, after what is done there."""
    if look.act is None:
        return portal.visitor(locale).get(look.path).text
    with looking(browser, locale=locale) as (page, _):
        page.goto(portal.url + look.path)
        look.act(page)
        expect(page.locator("h1")).to_have_count(1)
        return str(page.evaluate("document.documentElement.outerHTML"))


def test_the_words_that_are_looked_for_are_the_english_ones() -> None:
    assert {"the", "shop", "record", "skipped", "retry", "company", "dismissed"} <= english()
    assert not english() & {"boutique", "type", "shopify", "central", "commandes", "page"}
    assert len(english()) > 900


@pytest.mark.parametrize("page", [
    "<p>La boutique was skipped</p>", '<input placeholder="the shop">', "<p><bdi>x</bdi> the</p>",
    "<title>The shop</title>", '<td data-label="Record"></td>', "<p>Le Shop&#101;r&#115; the</p>", "<br>the <br>",
])
def test_a_word_of_english_is_found_wherever_a_page_says_it(page: str) -> None:
    assert words_of(page) & english()


@pytest.mark.parametrize("page", [
    "<p>La boutique <bdi>the shop</bdi></p>", '<p class="code">shop</p>', '<a lang="en">The shop in English</a>',
    "<p>Refusé : the app was removed in Shopify</p>",
])
def test_what_others_said_is_not_the_portals(page: str) -> None:
    assert words_of(page) & english() == set()


@pytest.mark.slow("reads every state, and does in a browser what some of them need")
@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_no_french_page_or_state_says_an_english_word(browser: Browser, name: str) -> None:
    left = dict[str, list[str]]()
    with situation(name) as (portal, states):
        for state, look in states:
            if found := words_of(shown(browser, portal, look, "fr-FR")) & english():
                left[state] = sorted(found)

    assert left == {}


@pytest.mark.parametrize("name", ["empty", "no role", "sign-in not set up", "set-up"])
def test_in_english_every_page_and_state_has_many_of_these_words(browser: Browser, name: str) -> None:
    with situation(name) as (portal, states):
        for state, look in states:
            assert len(words_of(shown(browser, portal, look, "en-GB")) & english()) > 5, state
