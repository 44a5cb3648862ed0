"""What people read, in each language: sentences, and catalogues that hold all of it and nothing else."""
from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec
import pytest
from babel import Locale
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from local.texts import anew, found, said_in, untranslated
from shared.json_text import decoded
from shared.languages import ENGLISH, LANGUAGES, languages_in, po_file
from shared.shops.card_fields import FIELDS, PARTS
from shared.texts import NOTHING, Sentence, as_said, count, said, say, sentence, together
from tests.repository import ROOT

OTHERS = [language for language in LANGUAGES if language != ENGLISH]

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def locale(tmp_path: Path) -> Callable[..., Path]:
    """A folder with one made-up language, xx, of these texts."""

    def made(**texts: str) -> Path:
        po_file("xx", tmp_path).parent.mkdir(parents=True)
        rows = "".join(f'msgid "{text}"\nmsgstr "{other}"\n\n' for text, other in texts.items())
        po_file("xx", tmp_path).write_text(HEAD + rows)
        return tmp_path

    return made


# A sentence


def test_a_sentence_as_a_text_is_english() -> None:
    made = sentence("Customer {customer} has no {field}.", customer="C1", field="posting group")

    assert str(made) == "Customer C1 has no posting group."
    assert f"{made} Sorry." == "Customer C1 has no posting group. Sorry."


def test_a_sentence_is_said_in_another_language_with_the_same_values(locale: Callable[..., Path]) -> None:
    here = locale(**{"{one} before {two}": "{two} nach {one}"})

    assert said(sentence("{one} before {two}", one="A", two=2), "xx", here) == "2 nach A"


def test_a_sentence_within_a_sentence_is_said_in_that_language_too(locale: Callable[..., Path]) -> None:
    here = locale(**{"{record!c} waits": "{record!c} wartet", "order {number}": "auftrag {number}"})
    made = sentence("{record!c} waits", record=sentence("order {number}", number=7))

    assert (str(made), said(made, "xx", here)) == ("Order 7 waits", "Auftrag 7 wartet")


def test_what_the_catalogue_lacks_and_what_is_no_sentence_is_said_as_it_is(locale: Callable[..., Path]) -> None:
    here = locale()

    assert said(sentence("{n} lines", n=3), "xx", here) == "3 lines"
    assert said("not from us", "xx", here) == "not from us"


def test_sentences_together_are_each_said_in_that_language(locale: Callable[..., Path]) -> None:
    here = locale(**{"One.": "Eins."})

    assert said(together([sentence("One."), "{two}"]), "xx", here) == "Eins. {two}"


def test_a_sentence_that_was_kept_is_the_same_when_it_is_read_again() -> None:
    made = sentence("{record!c} of {count}", record=sentence("order {number}", number=7), count=2)

    assert decoded(msgspec.json.encode(made), Sentence) == made


def test_values_are_no_pattern_and_a_text_without_values_may_hold_braces() -> None:
    assert str(sentence("SKU {sku}", sku="{0}{x!c}%s")) == "SKU {0}{x!c}%s"
    assert str(sentence("https://x/{shop}")) == "https://x/{shop}"


@pytest.mark.parametrize(("value", "english", "french"), [
    pytest.param(Decimal("1240.50"), "1240.50", "1\u202f240,50", id="an-amount"),
    pytest.param(Decimal("-0.010"), "-0.010", "-0,010", id="a-small-one"),
    pytest.param(Decimal("2E+1"), "20", "20", id="without-an-exponent"),
    pytest.param(count(12345), "12,345", "12\u202f345", id="how-many"),
    pytest.param(date(2026, 3, 1), "2026-03-01", "01/03/2026", id="a-day"),
    pytest.param(datetime(2026, 3, 1, 9, 5, tzinfo=UTC), "2026-03-01T09:05:00Z", "01/03/2026 09:05:00 UTC",
                 id="a-moment"),
    pytest.param(5001, "5001", "5001", id="an-id-is-a-name"),
    pytest.param("1240.50", "1240.50", "1240.50", id="a-text-is-a-name"),
])
def test_a_figure_is_said_in_the_reader_s_form_also_after_it_was_kept(value: Any, english: str, french: str) -> None:
    made = decoded(msgspec.json.encode(sentence("{value!c}", value=value)), Sentence)

    assert (str(made), said(made, "fr")) == (english, french)


def test_what_somebody_else_said_stays_as_he_said_it() -> None:
    words = "Blocked must be equal to 'No' {0} %s"

    assert said(as_said(words), "fr") == str(as_said(words)) == words


def test_no_sentence_is_false_and_an_empty_text_in_every_language() -> None:
    assert not NOTHING
    assert (str(NOTHING), said(NOTHING, "fr")) == ("", "")


def test_a_value_that_is_empty_takes_a_capital_as_well() -> None:
    assert str(sentence("{record!c} waits", record="")) == " waits"


def test_a_text_is_said_in_french() -> None:
    assert say("Connected", "fr") == "Connecté"
    assert say("Connected", "en") == "Connected"


def test_nothing_is_loaded_for_a_reader_of_english() -> None:
    program = ("import sys, function_app; from shared.texts import say; say('Connected', 'en'); "
               "print([name for name in ('babel', 'gettext') if name in sys.modules])")

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("['gettext']", "")


# What is translated


@pytest.mark.parametrize("source, texts", [
    ('sentence("a {b}", b=1)', ["a {b}"]), ('say("one "\n    "two", language)', ["one two"]),
    ('f(sentence("a", b=sentence("c")))', ["a", "c"]), ('texts.say("a", "fr")', ["a"]),
    ('sentence("a" if x else "b")', ["a", "b"]), ('sentence(text)', []), ('print("a")', []),
])
def test_texts_for_people_are_found_in_the_code(source: str, texts: list[str]) -> None:
    assert sorted(said_in(source)) == texts


def test_a_text_that_is_put_together_before_it_is_said_is_refused() -> None:
    with pytest.raises(ValueError, match="line 1: name the values"):
        [*said_in('sentence(f"order {number}")')]


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_every_text_and_no_other(language: str) -> None:
    """If it does not: python -m local.texts, then translate what is empty."""
    assert po_file(language).read_bytes() == anew(language, found())


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_nobody_has_to_look_again(language: str) -> None:
    assert untranslated(language) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_names_the_same_values(language: str) -> None:
    with po_file(language).open("rb") as file:
        texts = read_po(file, locale=language)

    assert [one.id for one in texts if one.id and not same_values(one)] == []


NEVER_OF_NONE = {
    "Newest first; removed after one day.", "Not saved: one field has to be mended.", "One capture", "One more change.",
    "One more value: download the body to see it.", "One more value: download the captures to see it.",
    "One record waits for a correction.", "One shop is paused.", "One shop needs you", "after one other try",
    "and once more in the same way", "asked to wait once", "one to renew",
    "the middle of one run of this sort that read something",
}
"""Said only where there is one at least."""


@pytest.mark.parametrize("language", [one for one in OTHERS if Locale.parse(one).plural_form(0) == "one"])
def test_what_is_said_of_one_and_of_none_tells_how_many(language: str) -> None:
    """French says none as it says one. Source: Unicode CLDR, plural rules: fr, one: i = 0,1."""
    with po_file(language).open("rb") as file:
        texts = [one for one in read_po(file, locale=language) if isinstance(one.id, tuple)]

    assert {one.id[0] for one in texts if "%(" not in one.string[0]} <= NEVER_OF_NONE


def test_french_has_its_own_apostrophes_and_blanks() -> None:
    tight = re.compile(r"\w'\w|[^\u00a0][:;?!](?:\s|$)|«[^\u00a0]|[^\u00a0]»|N°[ \w]|\bp\.[^\u00a0]|\bex\.[^\u00a0)]")
    with po_file("fr").open("rb") as file:
        texts = read_po(file, locale="fr")

    assert [one.id for one in texts if one.id and any(map(tight.search, forms_of(one.string)))] == []


def test_french_says_of_what_record_before_it_says_what_is_wrong_with_it() -> None:
    """"Trouvé pour ligne de commande" lacks its article, and a name would be in the way of one: "pour la #1001"."""
    needs_an_article = re.compile(r"\b(?:à|avec|dans|de|par|pour|sur) \{(?:record|about)\}")
    with po_file("fr").open("rb") as file:
        texts = read_po(file, locale="fr")

    assert [one.id for one in texts if any(map(needs_an_article.search, forms_of(one.string)))] == []
    assert said(sentence("No Business Central customer was found for {record}, and none may be created.",
                         record=sentence('order line "{line}"', line="Vase")), "fr") == (
        "Ligne de commande «\u00a0Vase\u00a0»\u00a0: aucun client Business Central n’a été trouvé, et aucun ne peut "
        "être créé.")


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_calls_the_fields_of_the_shop_card_as_the_card_does(language: str) -> None:
    captions = sorted({one.text: said(one, language) for one in (
        *(field.caption for field in FIELDS.values()), *PARTS.values()) if " " in one.text}.items(),
        key=lambda pair: -len(pair[0]))
    with po_file(language).open("rb") as file:
        texts = [one for one in read_po(file, locale=language) if isinstance(one.id, str) and one.id]

    assert [(one.id, other) for one in texts for other in _miscalled(one, captions)] == []


def _miscalled(message: Message, captions: list[tuple[str, str]]) -> list[str]:
    """Captions that a text names and its translation does not; a longer one hides those within it."""
    rest, missed = str(message.id), []
    for english, other in captions:
        if re.search(rf"\b{re.escape(english)}(?!\w)", rest):
            rest = rest.replace(english, "")
            if other.casefold() not in str(message.string).casefold():
                missed.append(other)
    return missed


@pytest.mark.parametrize("text, other, same", [
    ("a {b}", "{b} c", True), ("a {b}", "c", False), ("a {b}", "{c}", False), ("a {b!c}", "{b} d", True),
    ("a {b} {b}", "{b}", True), ("a", "a {b}", False), ("a %(b)s", "%(b)s c", True), ("a %(b)s", "%(c)s", False),
    (("one", "{n}"), ("un", "{n}"), True), (("one", "{n}"), ("un", "d"), False),
])
def test_values_are_compared(text: Any, other: Any, same: bool) -> None:
    assert same_values(Message(text, other)) is same


@pytest.mark.parametrize("message, lacking", [
    ('msgid "a"\nmsgstr "b"', []), ('msgid "a"\nmsgstr ""', ["a"]), ('#, fuzzy\nmsgid "a"\nmsgstr "b"', ["a"]),
])
def test_what_is_not_translated_is_found(tmp_path: Path, message: str, lacking: list[str]) -> None:
    po_file("xx", tmp_path).parent.mkdir(parents=True)
    po_file("xx", tmp_path).write_text(HEAD + message)

    assert untranslated("xx", tmp_path) == lacking


def same_values(message: Message) -> bool:
    """Whether a translation takes the values that its text gives; of a plural all forms together."""
    return values_of(message.id) == values_of(message.string)


def values_of(text: str | tuple[str, ...]) -> set[str]:
    """Those of templates are written %(name)s."""
    return {name for form in forms_of(text) for _, name, _, _ in Formatter().parse(form) if name} | {
        name for form in forms_of(text) for name in re.findall(r"%\((\w+)\)", form)}


def forms_of(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


# A third language


def test_a_third_language_is_one_file(tmp_path: Path) -> None:
    for folder in ("shared", "functions"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = po_file("de", tmp_path / "shared" / "locale")
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + 'msgid "There is no such record"\nmsgstr "Diesen Datensatz gibt es nicht"\n')
    program = ("from functions.problems import problem_page; from shared.errors import ConnectorError; "
               "from shared.languages import language_of; "
               "print(problem_page(ConnectorError('not-found', 'x'), language_of({'Accept-Language': 'de-AT'})))")

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)

    assert done.stderr == ""
    assert "<h1>Diesen Datensatz gibt es nicht</h1>" in done.stdout
    assert '<html lang="de">' in done.stdout


def test_a_new_language_begins_as_an_empty_file_and_gets_every_text(tmp_path: Path) -> None:
    po_file("de", tmp_path).parent.mkdir(parents=True)
    po_file("de", tmp_path).touch()

    po_file("de", tmp_path).write_bytes(anew("de", found(), tmp_path))

    assert languages_in(tmp_path) == ("en", "de")
    assert "There is no such record" in untranslated("de", tmp_path)


def test_what_is_translated_stays_when_the_catalogue_is_written_anew(locale: Callable[..., Path]) -> None:
    here = locale(**{"Connected": "Verbunden", "Nobody says this": "Niemand"})

    written = anew("xx", found(), here).decode()

    assert 'msgid "Connected"\nmsgstr "Verbunden"' in written
    assert "Niemand" not in written
