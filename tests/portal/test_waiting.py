"""No test in a browser passes by luck: what a page is to show is waited for, and what leads elsewhere is followed.

Playwright's click may come back while the page that was left still stands, and a part that htmx fetches comes when it
comes. Whatever reads the page at that moment reads the old page, or meets one that is about to change. Source:
Playwright for Python, Actionability and Assertions (expect retries; a plain assert of what was read does not).
"""
from __future__ import annotations

import ast
from pathlib import Path

import pytest

AT_ONCE = {"content", "inner_text", "inner_html", "text_content", "count", "is_visible", "is_hidden", "is_enabled",
           "is_disabled", "is_checked", "is_editable", "get_attribute", "input_value", "title", "all_inner_texts"}
FOLLOWED = {"link", "button"}
STAYS = {"Menu"}
"""Buttons that show something, and send nothing."""
FILES = sorted(Path(__file__).parent.glob("test_*.py"))


def in_a_browser(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions that drive a browser: that are given one, or one of its pages."""
    return [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)
            and {argument.arg for argument in one.args.args} & {"browser", "page"}]


def read_at_once(tree: ast.Module) -> list[int]:
    """The lines of plain asserts that read a page."""
    return [check.lineno for function in in_a_browser(tree) for check in ast.walk(function)
            if isinstance(check, ast.Assert) for read in ast.walk(check.test) if isinstance(read, ast.Attribute)
            and (read.attr in AT_ONCE or ast.unparse(read) == "page.url")]


def pressed_and_not_followed(tree: ast.Module) -> list[int]:
    """The lines where a link or a button is clicked, whose answer nobody waits for."""
    return [click.lineno for function in in_a_browser(tree) for click in ast.walk(function)
            if isinstance(click, ast.Call) and isinstance(click.func, ast.Attribute) and click.func.attr == "click"
            for role in ast.walk(click.func) if isinstance(role, ast.Call)
            and ast.unparse(role.func).endswith(".get_by_role")
            and ast.literal_eval(role.args[0]) in FOLLOWED
            and not STAYS & {ast.unparse(word.value).strip("'") for word in role.keywords}]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_read_off_a_page_at_once(file: Path) -> None:
    assert read_at_once(ast.parse(file.read_text())) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_leads_elsewhere_is_followed(file: Path) -> None:
    assert pressed_and_not_followed(ast.parse(file.read_text())) == []


@pytest.mark.parametrize("line", [
    "assert 'x' not in page.content()", "assert page.locator('h1').count() == 1", "assert page.url == 'x'",
    "assert not page.locator('h1').first.is_visible()",
])
def test_the_law_sees_a_line_that_reads_at_once(line: str) -> None:
    assert read_at_once(ast.parse(f"def test_x(browser):\n    {line}")) == [2]


@pytest.mark.parametrize("line, found", [
    ("page.get_by_role('button', name='Save').last.click()", [2]), ("page.get_by_role('link').click()", [2]),
    ("page.get_by_role('button', name='Menu').click()", []), ("page.locator('summary').click()", []),
])
def test_the_law_sees_a_press_that_nobody_follows(line: str, found: list[int]) -> None:
    assert pressed_and_not_followed(ast.parse(f"def test_x(browser):\n    {line}")) == found
