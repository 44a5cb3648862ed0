"""The documentation is held to the code: a page per error code, a heading per setting, field and route.

A page may say what it likes, but not be missing, nor speak of what is not there. Codes that are raised are read from
the source (AST): a code's text anywhere but in a comparison raises it, directly or by way of a table.
"""
from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

import function_app  # noqa: F401 - so that every error class is known
from shared.errors import ConnectorError
from shared.languages import ENGLISH, LANGUAGES
from shared.problems import CATALOGUE
from shared.settings import BOUNDS, SETTINGS
from shared.shops.card import ShopCard
from shared.shops.card_fields import FIELDS
from tests.repository import DOCS, ROOT, declared_routes, own_files, python_files

REQUIRED_FIELDS = {"code", "shopify_url"}

COMPOSED = {"customer-blocked": "refusals.py puts it together from the kind of record, as it does item-blocked"}
"""Codes that stand nowhere as one text, and why."""

LATER_ISSUES: frozenset[str] = frozenset()
"""Codes of the catalogue that nothing raises yet: their parts are still to be built."""


# Errors


def test_every_code_of_the_catalogue_has_its_page_and_every_page_its_code() -> None:
    assert {path.stem for path in (DOCS / "errors").glob("*.md")} == set(CATALOGUE)


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    assert codes_in_the_source() | set(COMPOSED) | LATER_ISSUES == set(CATALOGUE)


def test_no_exception_to_that_rule_is_out_of_date() -> None:
    assert not codes_in_the_source() & (set(COMPOSED) | LATER_ISSUES)


def test_only_codes_of_the_catalogue_are_raised() -> None:
    raised = {code for path in source_files() for code in codes_given_to_errors(path)}

    assert len(raised) > 20
    assert raised <= set(CATALOGUE)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_an_error_page_has_all_its_parts_and_the_catalogues_words(code: str) -> None:
    text = (DOCS / "errors" / f"{code}.md").read_text()
    problem = CATALOGUE[code]
    title, *sections = headings(text)

    assert title == f"# {problem.title}"
    assert sections == ["## What you see", "## Why it happens", "## How to fix it",
                        "## What the connector does meanwhile", "## En français"]
    assert f"Code `{code}`. HTTP status {problem.status}." in text
    assert f"({problem.fault.value})" in text.replace("the other service", "other service")
    french = unwrapped(text.split("## En français")[1])
    told = problem.told("fr")
    assert french == plain(f"**{told.title}** {told.fix}")
    assert 15 <= len(text.splitlines()) <= 40


def plain(text: str) -> str:
    """A text as it is typed: with the blanks and apostrophes of a keyboard."""
    return text.replace("\u00a0", " ").replace("’", "'")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_problem_is_told_in_every_language(code: str, language: str) -> None:
    title, fix, _ = CATALOGUE[code].told(language)

    assert title.strip()
    assert fix.endswith(".")
    assert language == ENGLISH or (title, fix) != CATALOGUE[code].told(ENGLISH)[:2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_to_do_is_answered_and_not_asked_again(language: str) -> None:
    """It stands behind "What to do:"."""
    fixes = {code: problem.told(language).fix for code, problem in CATALOGUE.items()}

    assert [code for code, fix in fixes.items() if fix.startswith(("Nothing to do", "Rien à faire", "What to"))] == []


# Settings, shop card, routes


def test_every_setting_has_its_heading_and_no_other_has() -> None:
    assert set(sections("settings.md")) == set(SETTINGS)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_documented_with_its_default(name: str) -> None:
    default = SETTINGS[name].default

    shown = f"`{default}`" if default else "none"
    assert unwrapped(sections("settings.md")[name]).startswith(f"Default: {shown}.")


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_is_documented_with_its_bounds(name: str) -> None:
    bounds = BOUNDS[name]

    assert f"{bounds.least} to {bounds.most} {bounds.unit}" in unwrapped(sections("settings.md")[name])


def test_every_field_of_the_shop_card_has_its_heading_and_no_other_has() -> None:
    assert set(sections("shop-card.md")) == set(ShopCard.__struct_fields__)


def test_every_field_of_the_shop_card_is_told_once_in_the_groups_of_its_page() -> None:
    groups = re.split(r"^## ", (DOCS / "shop-card.md").read_text(), flags=re.MULTILINE)[1:]
    told = {group.partition("\n")[0]: re.findall(r"^### (\w+)", group, flags=re.MULTILINE) for group in groups}

    assert list(FIELDS) == [*ShopCard.__struct_fields__]
    assert {name: str(field.group) for name, field in FIELDS.items()} == {
        name: group for group, names in told.items() for name in names}


@pytest.mark.parametrize("field", msgspec.structs.fields(ShopCard), ids=lambda field: field.name)
def test_a_field_of_the_shop_card_is_documented_with_its_default_choices_and_parts(field: Any) -> None:
    text = unwrapped(sections("shop-card.md")[field.name])

    assert text.startswith(shown_default(field))
    told = FIELDS[field.name]
    assert f"{told.caption}: {told.help}".rstrip(".") in re.sub(r"[`*]", "", text)
    assert [word for word in words_of_type(field.name) if f"`{word}`" not in text] == []


def test_every_route_has_its_heading_and_no_other_has() -> None:
    assert set(documented_routes()) == set(declared_routes())


def test_every_route_is_documented_with_its_answer_and_an_example() -> None:
    for heading, text in sections("api.md").items():
        method, path = heading.split()[0], heading.split()[-1]
        example = re.sub(r"\{\w+\}", r"[^/\\s]+", path.replace("/api/", r"\$API/api/"))

        assert re.search(r"\bAnswers (?:20[0-9]|302)\b", unwrapped(text)), heading
        assert re.search(rf'curl [^`]*"{example}(?:\?\S*)?"', text), heading
        assert method == "GET" or f"-X {method}" in text, heading


# Links, decisions, README


@pytest.mark.parametrize("page", [path for path in own_files() if path.suffix == ".md"], ids=str)
def test_every_link_of_a_page_leads_to_a_file_and_heading(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(), flags=re.DOTALL | re.MULTILINE)
    targets = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith(("http:", "https:"))]

    for target in targets:
        name, _, anchor = target.partition("#")
        leads_to = (ROOT / page).parent / name if name else ROOT / page
        assert leads_to.exists(), target
        assert not anchor or anchor in map(anchor_of, headings(leads_to.read_text())), target


def test_every_page_of_the_documentation_is_reached_from_the_index() -> None:
    linked = set(re.findall(r"\]\(([^)\s#]+)\)", (DOCS / "README.md").read_text()))

    assert {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} <= linked | {"README.md"}


def test_decisions_are_numbered_without_gaps_and_have_their_parts() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        title, *parts = headings(page.read_text())
        assert title.startswith(f"# {page.name[:4]} "), page.name
        assert parts == ["## Status", "## Context", "## Decision", "## Consequences"], page.name


def test_the_readmes_commands_are_options_of_run() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = [command.split() for command in re.findall(r"\./run((?: [\w./-]+)*)", readme)]
    options = {word for command in commands for word in command if word.startswith("--")}
    tests = [command[1:] for command in commands if command[:1] == ["test"]]
    usage = subprocess.run([sys.executable, "-m", "local.stack", "--help"], cwd=ROOT, capture_output=True, text=True)

    assert [] in commands
    assert [] in tests
    assert options <= set(re.findall(r"--[a-z-]+", usage.stdout))
    assert [argument for arguments in tests for argument in arguments if not (ROOT / argument).exists()] == []


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    assert headings((ROOT / "CHANGELOG.md").read_text())[1] == "## Unreleased"


# Reading the source


def source_files() -> list[Path]:
    files = [*python_files("shared"), *python_files("functions")]
    return [path for path in files if path != Path("shared/problems.py")]


@cache
def codes_in_the_source() -> frozenset[str]:
    """Codes of the catalogue that stand as a text in shared/ or functions/, but not in a comparison, nor where it is
    said on which page of Business Central each is mended."""
    return frozenset(text for path in source_files() if path.name != "web_addresses.py"
                     for text in texts_but_in_comparisons(tree_of(path)) if text in CATALOGUE)


def texts_but_in_comparisons(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Compare):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts_but_in_comparisons(child)


def codes_given_to_errors(path: Path) -> Iterator[str]:
    """The first argument of every call of an error class, where it is a plain text."""
    names = error_classes()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield first.value


@cache
def error_classes() -> frozenset[str]:
    """Names of ConnectorError and of every class below it; the front door has imported them all."""
    waiting, names = [ConnectorError], set()
    while waiting:
        one = waiting.pop()
        names.add(one.__name__)
        waiting += one.__subclasses__()
    return frozenset(names)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text())


def documented_routes() -> Iterator[tuple[str, str]]:
    for methods, path in re.findall(r"^### ([A-Z]+(?: or [A-Z]+)*) (/api/\S+)$", (DOCS / "api.md").read_text(), re.M):
        yield from ((method, path) for method in methods.split(" or "))


def shown_default(field: Any) -> str:
    """How the page shows a field's default."""
    if field.name in REQUIRED_FIELDS:
        return "Required."
    if isinstance(field.default, bool):
        return f"Default: {'on' if field.default else 'off'}."
    value = field.default.value if isinstance(field.default, Enum) else field.default
    if not isinstance(value, msgspec.Struct) and value not in ("", (), msgspec.NODEFAULT):
        return f"Default: `{value}`."
    return "Default: empty."


def words_of_type(field: str) -> list[str]:
    """Choices of a field, and the fields of its rows."""
    words: list[str] = []
    waiting = [get_type_hints(ShopCard)[field]]
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if isinstance(one, type) and issubclass(one, Enum):
            words += [choice.value for choice in one if choice.value]
        elif isinstance(one, type) and issubclass(one, msgspec.Struct):
            words += one.__struct_fields__
    return words


# Reading the pages


def headings(text: str) -> list[str]:
    code_removed = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ .*$", code_removed, re.MULTILINE)


def anchor_of(heading: str) -> str:
    """The anchor a page viewer makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower()).replace(" ", "-")


def sections(page: str) -> dict[str, str]:
    """Text below each third-level heading."""
    parts = re.split(r"^### (.*)$", (DOCS / page).read_text(), flags=re.MULTILINE)
    texts = (re.split(r"^##? ", part, maxsplit=1, flags=re.MULTILINE)[0] for part in parts[2::2])
    return dict(zip(parts[1::2], texts, strict=True))


def unwrapped(text: str) -> str:
    return " ".join(text.split())
