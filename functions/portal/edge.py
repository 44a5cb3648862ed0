"""The portal's edge: who has signed in, forms in, pages out; a problem is a page of the portal too.

A page's function takes a Call, as those of the API do, and returns what is to be Shown or where the browser is Sent.
The host asks for no key here, so every page asks for a person (shared/who_may.py). Source: OWASP, "Cross-Site Request
Forgery Prevention" (Origin, double submit); W3C, Content Security Policy 3; Microsoft Learn, "Customize sign-in and
sign-out" of App Service authentication. What makes the HTML is imported when the first page is made.
"""
from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import azure.functions as func
import msgspec

from functions import http
from functions.house import connector, ready_connector
from functions.http import Asset, Call, Download, Page, Trigger, as_trigger, made, respond, wants_page
from functions.portal.cookie import Kept, Notice, cookie, kept
from functions.problems import problem_json, status_of
from functions.roles import role_needed
from shared.errors import ConnectorError
from shared.languages import LANGUAGES, language_of
from shared.telemetry import record
from shared.texts import sentence
from shared.who_may import Caller, Role, person

if TYPE_CHECKING:
    from shared.connector import Connector

_log = logging.getLogger(__name__)
_LONGEST_FORM = 1_000_000
_MOST_FIELDS = 20_000
"""More than a shop card can have, all of whose rows a form holds."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                               "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # A form's Origin would be null without a referrer (Fetch, "append a request `Origin` header").
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
WHATEVER = object()
"""In place of a page's inputs: neither question nor form is looked at, for it does nothing with them."""

PATIENCE = 20.0
"""Seconds that somebody who looks at a page waits for a service that does not answer as it should."""

TOKEN = "form-token"
"""The field of every form that holds what forms are known by."""


class Shown(NamedTuple):
    """A template, and what it shows; cookie: one that is set in place of the portal's own."""

    template: str
    values: Mapping[str, Any] = MappingProxyType({})
    status: int = 200
    cookie: str = ""


class Sent(NamedTuple):
    """Where the browser goes on, within the portal, with a notice there; language: what it is to keep."""

    to: str
    notice: Notice | None = None
    language: str = ""


class Visit(NamedTuple):
    """Who looks at a page and how: what every template knows besides what it shows. caller: None = not signed in."""

    caller: Caller | None
    language: str
    accepts: str
    kept: Kept
    path: str
    https: bool = False

    @property
    def may_change(self) -> bool:
        """Whether buttons that change something are for him."""
        return self.caller is not None and self.caller.is_operator


PageAnswer = Shown | Sent | Download | Asset


def page(function: Callable[[Call], PageAnswer]) -> Trigger:
    """Make an HTTP trigger of a page's function."""

    @wraps(function)
    def trigger(req: func.HttpRequest) -> func.HttpResponse:
        role, visit = role_needed(function, req.method), _stranger(req)
        try:
            house = connector()
            visit = _stranger(req, https=_is_https(house))
            if role:
                visit = visit._replace(caller=person(req.headers, role, house.settings))
                # Not before: a stranger is not told how storage is. What everybody may have reads none.
                house = ready_connector()._replace(patience=PATIENCE)
            if req.method == "GET":
                house = house._replace(shops=house.shops.seen_once())
            call = _call(req, visit, house, getattr(function, "inputs", None))
            answer = function(call)
            if role is Role.OPERATOR:
                record("operation", by=call.by, operation=function.__name__, **call.path)
            return _response(answer, visit, house)
        except ConnectorError as problem:
            return _told(problem, req, visit)
        except Exception:
            _log.exception("%s failed", function.__name__)
            failed = ConnectorError("internal-error", sentence("the connector failed; the log holds the details"))
            return _told(failed, req, visit)

    return as_trigger(trigger)


def _stranger(req: func.HttpRequest, *, https: bool = False) -> Visit:
    """Somebody of whom only his browser is known."""
    keep = kept(req.headers, https=https)
    language = keep.language if keep.language in LANGUAGES else language_of(req.headers)
    return Visit(None, language, req.headers.get("Accept-Language", ""), keep, _address(req), https)


def _call(req: func.HttpRequest, visit: Visit, house: Connector, inputs: Any) -> Call:
    by = visit.caller.name if visit.caller else "anybody"
    if inputs is WHATEVER:
        return Call(house, dict(req.route_params), None, by, None, visit.language, req)
    body = _form(req, visit.kept, house) if req.method == "POST" else None
    query = http.parts_of_query(req.params, inputs)
    return Call(house, dict(req.route_params), query, by, body, visit.language, req)


def _form(req: func.HttpRequest, keep: Kept, house: Connector) -> dict[str, str]:
    """The fields of a form that is ours; ConnectorError form-not-ours, input-invalid."""
    origin = req.headers.get("Origin", "")
    if not origin or origin != origin_of(house.settings.public_url or req.url):
        raise ConnectorError("form-not-ours", sentence(
            "the form came from {origin}", origin=repr(origin[:100] or 'nowhere')))
    raw = req.get_body()
    if len(raw) > _LONGEST_FORM:
        raise ConnectorError("input-invalid", sentence("the form is longer than {most} bytes", most=_LONGEST_FORM))
    try:
        fields = dict(parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise ConnectorError("input-invalid", sentence("the form cannot be read")) from None
    if not hmac.compare_digest(fields.pop(TOKEN, "").encode(), keep.form.encode()):
        raise ConnectorError("form-not-ours", sentence(
            "the form does not carry what this browser's forms are known by"))
    return fields


def takes_whatever(function: Callable[[Call], PageAnswer]) -> Callable[[Call], PageAnswer]:
    """Below `@page`: whatever comes with the call is not looked at."""
    function.inputs = WHATEVER  # type: ignore[attr-defined]  # read by the trigger
    return function


def page_before(req: func.HttpRequest) -> str:
    """The page of the portal that a link or form was pressed on; the first one where the browser does not say."""
    return within_the_portal(_behind_the_host(req.headers.get("Referer", "")))


def within_the_portal(address: str) -> str:
    """The address, if a browser takes it for a page of the portal; else the first page.

    Source: WHATWG URL, 4.4 (`..`, `%2e%2e` and the like lead out of a folder).
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/portal"
    ours = not parts.scheme and not parts.netloc and (parts.path == "/portal" or parts.path.startswith("/portal/"))
    stays = ".." not in unquote(parts.path).split("/")
    return address if ours and stays and address.isprintable() and "\\" not in address else "/portal"


def known_language(language: str) -> str:
    """The language; ConnectorError not-found for one that pages are not in."""
    if language not in LANGUAGES:
        raise ConnectorError("not-found", sentence("there are no pages in {language}", language=repr(language[:20])))
    return language


def origin_of(url: str) -> str:
    """Scheme, host and port, as a browser writes them; "" of what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()


def _response(answer: PageAnswer, visit: Visit, house: Connector) -> func.HttpResponse:
    if isinstance(answer, Download | Asset):
        return made(answer)
    if isinstance(answer, Sent):
        sent = Kept(visit.kept.form, answer.language or visit.kept.language, answer.notice)
        return made(Page("", 303, {"Location": answer.to, "Set-Cookie": cookie(sent, https=visit.https)}))
    from functions.portal.rendering import rendered

    html = rendered(answer.template, answer.values, visit, house)
    cookies = {"Set-Cookie": answer.cookie} if answer.cookie else _told_once(visit)
    return made(Page(html, answer.status, _HEADERS | cookies))


def _told_once(visit: Visit) -> dict[str, str]:
    """The cookie as it was, but for the word for this page."""
    return {"Set-Cookie": cookie(Kept(visit.kept.form, visit.kept.language), https=visit.https)}


def _told(problem: ConnectorError, req: func.HttpRequest, visit: Visit) -> func.HttpResponse:
    """The problem on a page; as JSON for whoever shows none. Who has only to sign in is sent there."""
    status = status_of(problem)
    if req.headers.get("HX-Request") == "true" and problem.code == "not-signed-in":
        # htmx would follow to the sign-in's own site, where the policy lets it not: the whole page goes there.
        return respond(status=status, headers={"HX-Redirect": sign_in(_looked_at(req))})
    if not wants_page(req) and "HX-Request" not in req.headers:
        return respond(msgspec.json.encode(problem_json(problem, visit.language)), status,
                       mimetype="application/problem+json")
    if problem.code == "not-signed-in" and req.method == "GET":
        return made(Page("", 302, {"Location": sign_in(visit.path)}))
    from functions.portal.rendering import rendered_problem

    html = rendered_problem(problem, status, visit)
    return made(Page(html, status, _HEADERS | (_told_once(visit) if visit.kept.notice else {})))


def sign_in(back: str) -> str:
    """Where somebody signs in who wants to see the page `back`."""
    return f"/.auth/login/aad?post_login_redirect_uri={quote(back, safe='')}"


def _looked_at(req: func.HttpRequest) -> str:
    """The page of the portal that htmx asked from. Source: htmx 2, "Reference", HX-Current-URL."""
    return within_the_portal(_behind_the_host(req.headers.get("HX-Current-URL", "")))


def _address(req: func.HttpRequest) -> str:
    """Path and query that were asked for, and may be again; of a form the first page."""
    return _behind_the_host(str(req.url)) if req.method == "GET" else "/portal"


def _behind_the_host(url: str) -> str:
    """Path and query of an address whose host may be nonsense: it is what the request says."""
    _, _, behind_scheme = url.partition("://")
    return "/" + behind_scheme.partition("/")[2].partition("#")[0]


def _is_https(house: Connector) -> bool:
    return house.settings.public_url.startswith("https:")
