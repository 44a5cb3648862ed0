"""The guides are walked: whoever follows their names from the overview finds each on a page that he was led to.

A name in italics is what a button, field, heading or link of the portal is called, in the guide's language. It has to
stand on a page to which the same sentence, from its beginning, has led: by the menu, by links and buttons that it
names, or by a word for a page without a name of its own, as *the shop's page*.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from shared.problems import CATALOGUE
from tests.portal.named import Pages, pages_in, plain
from tests.portal.pages import functions, page_functions
from tests.repository import DOCS

ENGLISH, FRENCH = "operators-guide.md", "fr/guide-operateur.md"
LOCALES = {ENGLISH: "en-GB", FRENCH: "fr-FR"}
START = frozenset({"portal_overview"})

PLACES = {
    "en-GB": {
        "the shop's page": "portal_shop", "the record's page": "portal_record", "its page": "portal_record",
        "opens an entry": "portal_log_entry", "the capture's page": "portal_data_capture", "> the run": "portal_run",
        "> the entry": "portal_log_entry",
    },
    "fr-FR": {
        "la page de la boutique": "portal_shop", "la page de l'enregistrement": "portal_record",
        "sa page": "portal_record", "ouvre une écriture": "portal_log_entry",
        "la page d'une capture": "portal_data_capture", "> la synchronisation": "portal_run",
        "> l'écriture": "portal_log_entry",
    },
}
"""What a guide says for pages that are called by what they show."""

OF_OTHERS = {
    "en-GB": {"bulk operation", "failed", "Warn", "Rounding", "Once", "Install"},
    "fr-FR": {"opération en bloc", "failed", "Warn", "Rounding"},
}
"""What stands in italics and is no name of the portal: a word that is explained, a state, a value, a line, a heading of
ours, a button of Shopify's."""


def blocks(text: str) -> list[str]:
    """Paragraphs, items of lists and rows of tables, without the commands."""
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [" ".join(each.split()) for each in re.split(r"\n\s*\n|\n(?=\||\s*(?:\d+\.|-) )", prose) if each.strip()]


def led_by(block: str, locale: str) -> list[str]:
    """The names and the words for pages in it, in their order: `*name*`, or a word of PLACES."""
    words = "|".join(map(re.escape, PLACES[locale]))
    found = re.finditer(rf"(?<!\*)\*(?!\*)([^*]+)\*(?!\*)|(?<!\w)({words})\b", block, re.IGNORECASE)
    return [f"*{plain(each[1])}*" if each[1] else each[2].lower() for each in found
            if each[2] or each[1] not in OF_OTHERS[locale]]


def lost(block: str, pages: Pages, locale: str, start: Iterable[str] = START) -> tuple[list[str], set[str]]:
    """Names that are not where the block has led, and all pages that it leads to."""
    here, astray = set(start), list[str]()
    for each in led_by(block, locale):
        if each.startswith("*"):
            name = each.strip("*")
            on = [pages[one] for one in here if one in pages and name in pages[one].names]
            astray += [] if on else [name]
            here |= {to for page in on for to in page.leads.get(name, ())}
        else:
            to = PLACES[locale][each]
            astray += [] if any(to in pages[one].rows for one in here if one in pages) else [each]
            here.add(to)
    return astray, here


def astray_in(text: str, locale: str) -> list[tuple[str, list[str]]]:
    """The blocks that name something, in which somebody would look in vain, and for what."""
    named = [block for block in blocks(text) if any(each.startswith("*") for each in led_by(block, locale))]
    found = [(block, lost(block, pages_in(locale), locale)[0]) for block in named]
    return [(block[:80], names) for block, names in found if names]


@pytest.mark.parametrize("page", LOCALES)
def test_every_name_of_the_guide_is_on_a_page_that_its_sentence_leads_to(page: str) -> None:
    assert astray_in((DOCS / page).read_text(), LOCALES[page]) == []


@pytest.mark.parametrize("page, right, wrong", [
    (ENGLISH, "*Retry all*", "*Try all*"), (ENGLISH, "*Log entries*: fill in", "*Data captures*: fill in"),
    (ENGLISH, "*Reset…*; choose", "*Reset*; choose"), (ENGLISH, "*Environment* > *Allow HTTP", "*Audit* > *Allow HTTP"),
    (ENGLISH, "the shop's page > *Webhooks*", "*Webhooks*"), (FRENCH, "*Écarter…*", "*Ignorer…*"),
    (FRENCH, "*Créer la fiche*", "*Create the shop card*"),
    (FRENCH, "*Audit* ; *Boutique*", "*Synchronisations* ; *Boutique*"),
])
def test_a_name_that_is_wrong_or_on_another_page_is_seen(page: str, right: str, wrong: str) -> None:
    text = (DOCS / page).read_text()

    assert right in text
    assert astray_in(text.replace(right, wrong), LOCALES[page])


WITHOUT_STEPS = {
    "portal_search_page": "what several or no records say, at once",
    "portal_services": "stands on the overview", "portal_skipped_of_a_reason": "the rest of a list",
}
"""Pages to which no name of the guides leads, and why."""


@pytest.mark.parametrize("page", LOCALES)
def test_the_guide_leads_to_every_page(page: str) -> None:
    led = {to for block in blocks((DOCS / page).read_text())
           for to in lost(block, pages_in(LOCALES[page]), LOCALES[page])[1]}

    assert page_functions().keys() - led == WITHOUT_STEPS.keys()


@pytest.mark.parametrize("page", LOCALES)
def test_the_guide_names_a_button_for_whatever_can_be_done(page: str) -> None:
    text, pages = (DOCS / page).read_text(), pages_in(LOCALES[page])
    named = {name.strip("*") for block in blocks(text) for name in led_by(block, LOCALES[page])}
    done = {to for one in pages.values() for name, sent in one.sends.items() if name in named for to in sent}

    assert functions("POST").keys() - done == {"portal_remove_shop"}, "whose button names the shop"


ROOTS = {
    "Shop card": "portal_shop", "Environment": "portal_environment", "Set-up guide": "portal_guide",
    "Skipped records": "portal_skipped_records", "Log entries": "portal_log_entries", "Runs": "portal_runs",
    "Fiche magasin": "portal_shop", "Environnement": "portal_environment", "Guide de configuration": "portal_guide",
    "Enregistrements ignorés": "portal_skipped_records", "Écritures journal Shopify": "portal_log_entries",
}
"""How what a problem wants done begins, where it is done in the portal; Shop card is the shop's page."""


def not_there(fix: str, pages: Pages) -> list[str]:
    """What stands behind a page of the portal and `>`, and is nothing that page has."""
    chains = re.findall(rf"(?<!\w)({'|'.join(ROOTS)}) > \[?([^>\n]*(?:\n +[^>\n]*)?)", fix, re.IGNORECASE)
    names = {root.lower(): "|".join(map(re.escape, pages[page].names)) for root, page in ROOTS.items() if page in pages}
    return [f"{root} > {rest}" for root, rest in chains if not re.match("(the|le) (named|setting|réglage)", rest)
            and not re.match(rf"({names[root.lower()]})(?!\w)", plain(rest))]


@pytest.mark.parametrize("locale", ["en-GB", "fr-FR"])
def test_what_a_problem_wants_pressed_or_filled_in_stands_on_the_page_that_it_names(locale: str) -> None:
    told = {code: problem.told(locale[:2]).fix for code, problem in CATALOGUE.items()}

    assert {code: missing for code, fix in told.items() if (missing := not_there(plain(fix), pages_in(locale)))} == {}


@pytest.mark.parametrize("locale, part", [("en-GB", 0), ("fr-FR", 1)])
def test_so_does_what_the_page_of_an_error_says_beyond_that(locale: str, part: int) -> None:
    told = {path.stem: path.read_text().replace("*", "") for path in (DOCS / "errors").glob("*.md")}
    said = {code: text.split("## En français")[part] for code, text in told.items()}

    assert {code: missing for code, text in said.items() if (missing := not_there(text, pages_in(locale)))} == {}


@pytest.mark.parametrize("fix", [
    "Shop card > Confirm, if the store is the right one.", "Then shop card > Forget Links.", "Environment > Allow it.",
    "Shop card > Allow HTTP requests.",
])
def test_a_fix_that_names_what_is_not_there_is_seen(fix: str) -> None:
    assert len(not_there(fix, pages_in("en-GB"))) == 1


OTHER_PAGES = [path for path in sorted(DOCS.glob("*.md")) if path.name not in LOCALES]


@pytest.mark.parametrize("page", OTHER_PAGES, ids=lambda path: path.stem)
def test_whatever_else_speaks_of_the_portal_leads_to_what_it_names(page: Path) -> None:
    told = "\n\n".join(block for block in blocks(page.read_text()) if "in the portal" in block.lower())

    assert astray_in(told, "en-GB") == []


def test_the_first_shops_table_names_what_stands_in_its_guide_and_where_that_leads() -> None:
    table = (DOCS / "installation.md").read_text().split("## 5. The first shop\n")[1].split("\n### By script\n")[0]
    rows = [block for block in blocks(table) if block.startswith("|")][2:]
    missing = [lost(row, pages_in("en-GB"), "en-GB", ["portal_guide", "portal_shop_guide"])[0] for row in rows]

    assert len(rows) == 9
    assert [name for names in missing for name in names] == ["Business Central would take the shop's orders"], (
        "which heads the check once it went through, as in test_set_up_check.py")


@pytest.mark.parametrize("page", [
    "first-hour.md", "operations.md", "privacy.md", "settings.md", "shop-card.md", "upgrade.md",
])
def test_a_page_for_operators_says_where_its_steps_are_in_the_portal(page: str) -> None:
    (first, *_) = re.findall(r"\*\*In the portal:\*\* (.*?)\n\n", (DOCS / page).read_text(), re.DOTALL)

    assert led_by(first, "en-GB")
