"""What must never lie in the log: tokens, secrets, signatures and sign-ins become ***.

Sources: Shopify, "Authenticating access tokens" (prefixes shpat_, shpca_ … of tokens), "Authorization code
grant" (hmac and code in addresses, client_secret in bodies); RFC 6750 and RFC 7617 (Authorization); RFC 7519
(form of a JWT). Names decide first, the form of a value second, and values that are known to be secret last.
Pure: text in, text out. Too much is hidden rather than too little; a rule runs only where its words occur.
"""
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from shared.exchange import Exchange

HIDDEN = "***"
_SHORTEST_SECRET = 8
"""Shorter "known secrets" would hide ordinary words."""

_NAME = (
    r"[\w.-]*(?:token|secret|hmac|password|passwd|authorization|signature|api[_-]?key|functions-key|credential"
    r"|assertion|cookie)[\w.-]*"
)
_PARAMETER = rf"(?:{_NAME}|code|sig|key|session)"
_HEADER = (
    r"(?:proxy-)?authorization|x-shopify-(?:storefront-)?access-token|x-shopify-hmac-sha256|x-functions-key|api-key"
    r"|(?:set-)?cookie"
)


class _Rule(NamedTuple):
    """`words`: lower-case texts of which one must occur for the pattern to have a chance."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    replacement: str


_NAMES = (
    "token", "secret", "hmac", "passw", "authorization", "signature", "api_key", "api-key", "apikey",
    "functions-key", "credential", "assertion", "cookie",
)
_PARAMETERS = (*_NAMES, "code=", "sig=", "key=", "session=")
_RULES = (
    # "access_token": "…", a number, or the same inside a JSON text inside JSON
    _Rule(
        _NAMES,
        re.compile(rf'("{_NAME}"\s*:\s*)(?:"(?:\\.|[^"\\])*(?:"|\\?$)|[-\d.eE+]+)', re.I | re.S),
        rf'\1"{HIDDEN}"',
    ),
    _Rule(_NAMES, re.compile(rf'(\\+"{_NAME}\\+"\s*:\s*)(\\+")[^"\\]*', re.I), rf"\1\2{HIDDEN}"),
    # a header on a line of its own, also as \r\n within a JSON text
    _Rule(_NAMES, re.compile(rf"((?<![\w-])(?:{_HEADER})\s*:\s*)(?!\"|\\\")[^\r\n\"\\]+", re.I), rf"\1{HIDDEN}"),
    # parameters of an address or a form
    _Rule(_PARAMETERS, re.compile(rf"((?:^|[?&;\s\"']|\\u0026){_PARAMETER}=)[^&\s\"'<>\\;]+", re.I), rf"\1{HIDDEN}"),
    _Rule(("://",), re.compile(r"(://)[^/\s\"'@?#\\]+@"), rf"\1{HIDDEN}@"),
    # values that give themselves away
    _Rule(("shp",), re.compile(r"\bshp[a-z]{2}_\w{8,}"), HIDDEN),
    _Rule(("bearer ", "basic "), re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {HIDDEN}"),
    _Rule(("eyj",), re.compile(r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
)
_AT_THE_TOKEN_SERVICE = re.compile(r"/oauth|/token(?:$|[?/])|/authorize(?:$|[?/])", re.I)
_CODE = re.compile(r'("code"\s*:\s*)"(?:\\.|[^"\\])*(?:"|$)', re.I)


def redacted(exchange: Exchange, known: Sequence[str] = ()) -> Exchange:
    """The exchange without its secrets; `known` are values that are secret whatever they look like."""
    hide: Callable[[str], str] = lambda text: redact(text, known)  # noqa: E731  # one short name for five fields
    request, response = exchange.request, exchange.response
    if _AT_THE_TOKEN_SERVICE.search(exchange.url):
        request, response = (_CODE.sub(rf'\1"{HIDDEN}"', body) for body in (request, response))
    return msgspec.structs.replace(
        exchange, url=hide(exchange.url), description=hide(exchange.description), request=hide(request),
        response=hide(response), request_id=hide(exchange.request_id),
    )


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that is or looks secret replaced by ***."""
    for secret in known:
        if len(secret) >= _SHORTEST_SECRET:
            for form in _forms(secret):
                text = text.replace(form, HIDDEN)
    lowered = text.lower()
    for rule in _RULES:
        if any(word in lowered for word in rule.words):
            text = rule.pattern.sub(rule.replacement, text)
    return text


def _forms(secret: str) -> list[str]:
    """How a secret is written plainly, in JSON and in an address; the longest first."""
    in_json = msgspec.json.encode(secret).decode()[1:-1]
    return sorted({secret, in_json, quote(secret, safe=""), quote(secret)}, key=len, reverse=True)
