"""What is told once, on the next page: it comes back from the browser, so it may be of another version, or nobody's."""
from __future__ import annotations

import re

import msgspec
import pytest
import requests

from functions.portal.cookie import Kept, Notice, cookie, kept
from tests.portal.served import Portal, Visitor, text_of
from tests.repository import ROOT

OURS = re.findall(r'Notice\(\s*"([\w-]+)"', "".join(
    file.read_text() for file in sorted((ROOT / "functions" / "portal").glob("*.py"))))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("notice", [
    *(Notice(name) for name in OURS), Notice("skipped-due", {"count": "many"}), Notice("no-such-thing", {"a": 1}),
    Notice("skipped-dismissed", {"kind": "orders", "id": "1"}),
], ids=lambda notice: msgspec.json.encode(notice).decode() if isinstance(notice, Notice) else notice)
def test_a_notice_that_another_version_wrote_breaks_no_page_and_is_gone_from_the_next(
    portal: Portal, notice: Notice, language: str
) -> None:
    visitor = portal.visitor()

    first = brought(visitor, "/portal/search", Kept("0" * 32, language, notice))
    problem = brought(visitor, "/portal/shops/NOBODY", Kept("0" * 32, language, notice))

    assert (first.status_code, problem.status_code) == (200, 404)
    for answer in (first, problem):
        assert kept_by(answer).notice is None
        assert kept_by(answer).language == language
    assert '<p class="notice" role="status"></p>' not in first.text


def test_a_notice_on_a_page_of_a_problem_is_told_once_too(portal: Portal) -> None:
    visitor, page = portal.visitor(), f"/portal/shops/{portal.house.shop}"
    visitor.post(f"{page}/logging", {"mode": "All"}, allow_redirects=False)

    first, second = visitor.get("/portal/shops/NOBODY"), visitor.get(page)

    assert "Saved." in text_of(first.text)
    assert 'role="status"' not in second.text


def test_what_a_notice_says_runs_nothing(portal: Portal) -> None:
    hostile = Notice("sync-queued", {"shop": "<script>alert(1)</script>"})

    answer = brought(portal.visitor(), "/portal", Kept("0" * 32, "en", hostile))

    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text


def brought(visitor: Visitor, path: str, keep: Kept) -> requests.Response:
    """The page for a browser that brings this cookie."""
    value = cookie(keep, https=False).partition("=")[2].partition(";")[0]
    others = "; ".join(f"{one.name}={one.value}" for one in visitor.session.cookies if one.name != "portal")
    return requests.get(visitor.url + path, timeout=30, headers={
        **{name: str(text) for name, text in visitor.session.headers.items()}, "Cookie": f"{others}; portal={value}"})


def kept_by(answer: requests.Response) -> Kept:
    """What the browser keeps from then on."""
    return kept({"Cookie": f"portal={answer.cookies['portal']}"}, https=False)
