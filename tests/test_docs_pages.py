"""The operators' pages are held to the code: stores, languages, runnable marks."""
from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from local.texts import found
from shared.languages import po_file
from shared.record_names import caption_of_several
from shared.record_types import TYPE_NAMES
from shared.texts import said as said_in
from tests.repository import DOCS, ROOT, python_files


@pytest.mark.parametrize("page", ["backup.md", "architecture.md"])
def test_every_table_container_and_queue_of_the_code_is_named(page: str) -> None:
    text = (DOCS / page).read_text()

    assert [name for name in sorted(stores()) if name not in text] == []


def test_there_are_stores_to_be_named() -> None:
    assert {"Links", "Shops", "captures", "sync-jobs"} <= stores()


def test_the_french_guide_says_what_the_english_one_says() -> None:
    english = (DOCS / "operators-guide.md").read_text()
    french = (DOCS / "fr" / "guide-operateur.md").read_text()

    assert shape(french) == shape(english)


def test_the_english_guide_names_pages_and_buttons_as_the_portal_does() -> None:
    texts = {text for message in found() if message.id for text in forms(message.id)} | {
        str(caption_of_several(type)) for type in TYPE_NAMES}

    named = names_in_the_portal("operators-guide.md", "In the portal:")

    assert [name for of_task in named for name in of_task if name not in texts] == []
    assert len(named) >= 30


@pytest.mark.parametrize("page, lead, exceptions", [
    ("operators-guide.md", "In the portal:", {"In the browser", "Known problems"}),
    ("fr/guide-operateur.md", "Dans le portail :", {"Dans le navigateur", "Problèmes connus"}),
])
def test_every_task_of_the_guide_begins_with_its_steps_in_the_portal(
    page: str, lead: str, exceptions: set[str]
) -> None:
    tasks = re.findall(r"^## (.*)\n\n(.*)$", (DOCS / page).read_text(), re.MULTILINE)

    assert {task for task, first in tasks if not first.startswith(f"**{lead}**")} == exceptions


def test_the_french_guide_names_the_same_pages_and_buttons_in_the_words_of_the_french_portal() -> None:
    english = names_in_the_portal("operators-guide.md", "In the portal:")
    french = names_in_the_portal("fr/guide-operateur.md", "Dans le portail :")
    words = {text: translations_of(text) for of_task in english for text in of_task}

    assert [len(one) for one in french] == [len(one) for one in english]
    assert [(name, said) for names, told in zip(english, french, strict=True)
            for name, said in zip(names, told, strict=True) if said not in words[name]] == []


def names_in_the_portal(page: str, lead: str) -> list[list[str]]:
    """What stands in italics in each row of the first table, and in each paragraph with the steps in the portal."""
    text = (DOCS / page).read_text()
    rows = re.findall(r"^\| .*$", text[:text.index("**" + lead)], re.MULTILINE)[1:]
    steps = re.findall(rf"^\*\*{lead}\*\* (.*?)\n\n", text, re.DOTALL | re.MULTILINE)
    return [[" ".join(name.split()) for name in re.findall(r"\*([^*]+)\*", each)] for each in [*rows, *steps]]


def translations_of(text: str) -> set[str]:
    """A text in French, as it is without and with a context, in the spelling of the guide."""
    with po_file("fr").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    said = {said_in(caption_of_several(type), "fr") for type in TYPE_NAMES if str(caption_of_several(type)) == text}
    said |= {str(one.string) for one in catalogue if text in forms(one.id) and isinstance(one.string, str)}
    return {one.replace("’", "'").replace("\u00a0", " ") for one in said}


def forms(id: str | tuple[str, ...]) -> tuple[str, ...]:
    """The texts of a message, of which some have a plural."""
    return (id,) if isinstance(id, str) else tuple(id)


ANOTHER_WORD = re.compile(
    r"\b(rattrapages?|rejeux?|mise?s? de côté|relanc\w+|UGS|courriels?|inventaires?|compagnies?|notes? de crédit"
    r"|(?<!ordres d')exécutions?(?! comme date))\b", re.IGNORECASE)
"""What French says otherwise here, so that one thing has one name (decision 0055); of exécution only Shopify's."""


@pytest.mark.parametrize("text, word", [
    ("Aucune exécution depuis", "exécution"), ("les ordres d'exécution de", ""), ("un rattrapage", "rattrapage"),
    ("Date limite d'exécution comme date de livraison", ""), ("elle est laissée de côté", ""),
    ("les commandes mises de côté", "mises de côté"),
    ("Relancer une synchronisation", "Relancer"),
])
def test_a_second_word_for_a_thing_is_seen(text: str, word: str) -> None:
    assert "".join(ANOTHER_WORD.findall(text)) == word


def test_french_has_one_word_for_one_thing_on_its_pages_and_in_its_guide() -> None:
    with po_file("fr").open("rb") as file:
        said = [text for one in read_po(file, locale="fr") if one.id for text in forms(one.string)]
    guide = (DOCS / "fr" / "guide-operateur.md").read_text()

    assert [found for text in (*said, guide) for found in ANOTHER_WORD.findall(text.replace("’", "'"))] == []


@pytest.mark.parametrize("page", [path.relative_to(DOCS).as_posix() for path in sorted(DOCS.rglob("*.md"))])
def test_a_page_with_a_promised_status_is_run(page: str) -> None:
    text = (DOCS / page).read_text()

    assert "<!-- runnable" in text or not re.search(r"^ *# \d{3}$", text, re.MULTILINE)


def shape(text: str) -> tuple[list[str], list[int], list[list[str]]]:
    """What both languages share: the commands, the levels of the headings, the code words of each row of a table."""
    blocks = r"^ *```sh.*?^ *```$"
    prose = re.sub(blocks, "", text, flags=re.DOTALL | re.MULTILINE)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", prose, re.MULTILINE)]
    rows = [re.findall(r"`[^`]+`", row) for row in re.findall(r"^\|.*", prose, re.MULTILINE)]
    return re.findall(blocks, text, re.DOTALL | re.MULTILINE), levels, rows


def stores() -> set[str]:
    """Names of tables, containers and queues, as shared/ gives them to constants."""
    texts = ((ROOT / path).read_text() for path in python_files("shared"))
    constants = r'^(?:\w*TABLES?|\w*CONTAINERS?|\w*QUEUE|PAYOUTS|DISPUTES) = "([\w-]+)"$'
    return {name for text in texts for name in re.findall(constants, text, re.MULTILINE)}


@pytest.mark.parametrize("page", sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")))
def test_a_command_uses_only_what_the_page_gave_or_named_before(page: str) -> None:
    """Pasted from the top of the page; `API`, `SHOP` and `value` may be those of *Once* in calling-the-api.md."""
    text = (DOCS / page).read_text()

    for fence in re.finditer(r"^( *)```sh[^\n]*\n(.*?)^\1```$", text, re.DOTALL | re.MULTILINE):
        for use in re.finditer(r"\$\{?([A-Za-z_]\w*)|\| (value) ", re.sub(r"'[^'\n]*'", blank, fence[2])):
            name, above = use[1] or use[2], text[:fence.start(2) + use.start()]
            given = rf"(^|[\s(;]){name}(=|\(\))|\b(for|read -r) {name}\b|`\$?{name}`"
            of_once = name in ("API", "SHOP", "value") and "calling-the-api.md#once)" in above
            assert of_once or re.search(given, above, re.MULTILINE), f"{page}: {name}"


def blank(quoted: re.Match[str]) -> str:
    """As many characters that mean nothing."""
    return " " * len(quoted[0])
