"""HTTP: request access to a Shopify store, take its callback, confirm another store, give access back.

Source: Shopify, "Authorization code grant". The callback is anonymous: Shopify's signature, the state and
the browser's cookie stand in for a key (and `code` would be taken for a function key on a keyed route).
Its pages hold no script and nothing that the caller wrote. Border: parameters, cookies, headers; the
rules are shared/access/.
"""
from __future__ import annotations

import logging
from html import escape
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
import msgspec

from functions.http import Answer, Call, edge, problem_answer, respond, wants_french
from functions.roles import needs
from shared.access.request import Begun
from shared.access.state import LIFE, Ticket, cookie_name
from shared.connector import connector
from shared.errors import ConnectorError
from shared.webhooks.upkeep import follow_card
from shared.who_may import Role

blueprint = func.Blueprint()
_log = logging.getLogger(__name__)
_MOST_PARAMETERS = 30
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Referrer-Policy": "no-referrer",
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head>
<body><main><h1>{title}</h1><p>{sentence}</p><p>{advice}</p></main></body></html>"""


@blueprint.function_name("request_access")
@blueprint.route("shops/{shop}/access/request", methods=["POST"])
@edge
def request_access(call: Call) -> Answer:
    begun = call.connector.access_requests.begin(call.path["shop"], by=call.by)
    return Answer({"authorize_url": begun.authorize_url}, headers=_leaving(begun, call.connector.settings.public_url))


@blueprint.function_name("go_to_shopify")
@blueprint.route("shops/{shop}/access/request", methods=["GET"])
@edge
@needs(Role.OPERATOR)
def go_to_shopify(call: Call) -> Answer:
    begun = call.connector.access_requests.begin(call.path["shop"], by=call.by)
    headers = _leaving(begun, call.connector.settings.public_url)
    return Answer(None, 302, headers | {"Location": begun.authorize_url})


@blueprint.function_name("oauth_callback")
@blueprint.route("oauth/callback", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def oauth_callback(req: func.HttpRequest) -> func.HttpResponse:
    french = wants_french(req)
    as_page = "text/html" in req.headers.get("Accept", "")
    try:
        parameters = _parameters(req.url)
        connected = connector().access_requests.finish(parameters, _cookies(req.headers.get("Cookie", "")))
        follow_card(connector(), connected.shop)
    except ConnectorError as problem:
        return _problem_page(problem, french) if as_page else problem_answer(problem, french)
    except Exception:
        _log.exception("oauth_callback failed")
        failed = ConnectorError("internal-error", "the connector failed; the log holds the details")
        return problem_answer(failed, french)
    headers = _PAGE_HEADERS | {"Set-Cookie": f"{cookie_name(dict(parameters)['state'])}=; Max-Age=0; Path=/api/oauth"}
    if not as_page:
        body = msgspec.json.encode(connected._asdict())
        return respond(body, headers=headers)
    lacking = f"Not granted: {', '.join(connected.missing)}." if connected.missing else "You can close this page."
    page = _page("Connected", f"Shop {connected.shop} is connected to {connected.host}.", lacking, "en")
    return respond(page, headers=headers, mimetype="text/html")


@blueprint.function_name("confirm_access")
@blueprint.route("shops/{shop}/access/confirm", methods=["POST"])
@edge
def confirm_access(call: Call) -> Answer:
    shop = call.connector.shops.get(call.path["shop"]).code
    call.connector.access_requests.confirm(shop)
    follow_card(call.connector, shop)
    return Answer(call.connector.tokens.described(shop))


@blueprint.function_name("revoke_access")
@blueprint.route("shops/{shop}/access", methods=["DELETE"])
@edge
def revoke_access(call: Call) -> Answer:
    card = call.connector.shops.get(call.path["shop"])
    call.connector.tokens.revoke(card.code, card.host)
    return Answer(None, 204)


def _leaving(begun: Begun, public_url: str) -> dict[str, str]:
    return {"Set-Cookie": _set_cookie(begun.ticket, public_url)}


def _set_cookie(ticket: Ticket, public_url: str) -> str:
    # Lax: the way back from Shopify is a navigation from another site. Not secure only on a loopback address.
    secure = "; Secure" if public_url.startswith("https:") else ""
    seconds = int(LIFE.total_seconds())
    return (f"{ticket.cookie_name}={ticket.cookie}; Max-Age={seconds}; Path=/api/oauth; HttpOnly; "
            f"SameSite=Lax{secure}")


def _parameters(url: str) -> list[tuple[str, str]]:
    """All parameters of the address as they came, decoded; doubles included."""
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise ConnectorError("oauth-hmac-invalid", "the callback's address cannot be read") from None


def _cookies(header: str) -> dict[str, str]:
    """The cookies by name; what is malformed is left out."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, equals, value in pairs if equals}


def _problem_page(error: ConnectorError, french: bool) -> func.HttpResponse:
    problem = error.problem
    page = _page(
        problem.title_fr if french else problem.title, f"{error.code}: {error.detail}",
        problem.fix_fr if french else problem.fix, "fr" if french else "en",
    )
    return respond(page, problem.status, _PAGE_HEADERS, "text/html")


def _page(title: str, sentence: str, advice: str, language: str) -> str:
    return _PAGE.format(title=escape(title), sentence=escape(sentence), advice=escape(advice), language=language)
