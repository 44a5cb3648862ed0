"""How pages are sent: what a browser may do with them, the files they load, the language they are in."""
from __future__ import annotations

import re
import subprocess
import sys

import pytest

from functions.portal.files import FOLDER, address_of
from functions.portal.rendering import TEMPLATES
from tests.portal.served import Portal
from tests.repository import OF_PAGES, ROOT

FROM_NPM = {"htmx.min.js": "htmx.org/dist/htmx.min.js", "modern-normalize.css": "modern-normalize/modern-normalize.css"}


def test_a_page_may_run_and_load_only_what_is_the_portals_and_is_kept_nowhere(portal: Portal) -> None:
    headers = portal.visitor().get("/portal").headers

    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {*headers["Set-Cookie"].split("; ")}


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_a_file_is_kept_for_ever_under_an_address_that_says_what_it_holds(portal: Portal, name: str) -> None:
    answer = portal.stranger().get(address_of(name))
    other = portal.stranger().get(address_of(name).replace("static/", "static/0"))

    assert (answer.status_code, answer.content) == (200, (FOLDER / name).read_bytes())
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].split(";")[0] in ("text/css", "text/javascript", "image/svg+xml")
    assert (other.status_code, other.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("name", ["..%2Fedge.py", "edge.py", "portal.css.map"])
def test_no_other_file_is_sent(portal: Portal, name: str) -> None:
    assert portal.stranger().get(f"/portal/static/0000000000000000/{name}").status_code == 404


@pytest.mark.parametrize("name, origin", FROM_NPM.items())
def test_a_copy_of_a_file_from_npm_is_the_one_that_the_lock_names(name: str, origin: str) -> None:
    assert (FOLDER / name).read_bytes() == (ROOT / "node_modules" / origin).read_bytes()


def test_no_template_holds_a_script_a_style_or_a_handler() -> None:
    inline = re.compile(
        r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|\|\s*safe|autoescape|hx-on|hx-vals='js")

    found = [(path.name, hit[0]) for path in TEMPLATES.rglob("*.html") for hit in inline.finditer(path.read_text())]

    assert found == []


def test_what_makes_pages_is_loaded_with_the_first_page_only() -> None:
    """Webhooks, timers and queues start without it."""
    program = f"""
import sys
import function_app
function_app.app.get_functions()
import shared.sync.run, shared.webhooks.intake
print([name for name in sys.modules if name.split(".")[0] in {sorted(OF_PAGES - {"markupsafe"})!r}])
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, capture_output=True, text=True)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("asked, language", [
    ("fr-FR,fr;q=0.9", "fr"), ("fr-CA", "fr"), ("en-GB", "en"), ("de-DE", "en"), ("", "en"),
])
def test_a_page_is_in_the_language_of_the_browser(portal: Portal, asked: str, language: str) -> None:
    assert f'<html lang="{language}">' in portal.visitor(asked).get("/portal").text


def test_a_language_that_was_chosen_is_kept(portal: Portal) -> None:
    visitor = portal.visitor("en-GB")

    chosen = visitor.get("/portal/language/fr?to=/portal%3Fx=1")
    later = visitor.get("/portal")

    assert chosen.url == f"{portal.url}/portal?x=1"
    assert '<html lang="fr">' in later.text
    assert visitor.get("/portal/language/tlh").status_code == 404


@pytest.mark.parametrize("asked, shown", [
    ("en-GB", "10 Mar 2026, "), ("en-US", "Mar 10, 2026, "), ("fr-FR", "10 mars 2026, "), ("xx", "10 Mar 2026, "),
])
def test_a_time_is_in_the_readers_form_with_its_zone(portal: Portal, asked: str, shown: str) -> None:
    portal.house.card(time_zone="Europe/Paris")

    page = portal.visitor(asked).get("/portal").text

    assert re.search(rf'<time datetime="2026-03-10T[^"]+Z">{shown}[^<]+ CET</time>', page)
