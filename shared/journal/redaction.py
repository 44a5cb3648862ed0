"""What must never lie in the log: tokens, secrets, signatures and sign-ins become ***.

Sources: Shopify, "Authenticating access tokens" (prefixes shpat_, shpca_ … of tokens), "Authorization code
grant" (hmac and code in addresses, client_secret in bodies); RFC 6750 and RFC 7617 (Authorization); RFC 7519
(form of a JWT). Names decide first, the form of a value second, and values that are known to be secret last.
Pure: text in, text out. Too much is hidden rather than too little; a rule runs only where its words occur.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
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
    # values that give themselves away; patterns that begin with a letter are found fast in a long text
    _Rule(("shp",), re.compile(r"shp[a-z]{2}_\w{8,}"), HIDDEN),
    _Rule(("bearer ", "basic "), re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {HIDDEN}"),
    _Rule(("eyj",), re.compile(r"eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
)


def _root(word: str) -> str:
    """What is looked for first: the word itself, or what several words have in common."""
    return next((root for root in ("key", "sig") if root in word), word)


_ALL_WORDS = sorted({word for rule in _RULES for word in rule.words})
_WORDS = {root: [word for word in _ALL_WORDS if _root(word) == root] for root in map(_root, _ALL_WORDS)}
_AT_THE_TOKEN_SERVICE = re.compile(r"/oauth|/token(?:$|[?/])|/authorize(?:$|[?/])", re.I)
_CODE = re.compile(r'("code"\s*:\s*)"(?:\\.|[^"\\])*(?:"|$)', re.I)


def redacted(exchange: Exchange, known: Sequence[str] = ()) -> Exchange:
    """The exchange without its secrets; `known` are values that are secret whatever they look like."""
    request, response = exchange.request, exchange.response
    if _AT_THE_TOKEN_SERVICE.search(exchange.url):
        request, response = (_CODE.sub(rf'\1"{HIDDEN}"', body) for body in (request, response))
    texts = (exchange.url, exchange.description, request, response, exchange.request_id)
    rules, forms = _rules_for("\n".join(texts)), _forms(tuple(known))
    url, description, request, response, request_id = (_hidden(text, rules, forms) for text in texts)
    return msgspec.structs.replace(
        exchange, url=url, description=description, request=request, response=response, request_id=request_id
    )


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that is or looks secret replaced by ***."""
    return _hidden(text, _rules_for(text), _forms(tuple(known)))


def _rules_for(text: str) -> list[_Rule]:
    """The rules that have a chance. Most of what redaction costs is this search, so it is made once an exchange."""
    folded = text.encode("ascii", "replace").decode().lower()
    occurring = {word for root, words in _WORDS.items() if root in folded for word in words if word in folded}
    return [rule for rule in _RULES if not occurring.isdisjoint(rule.words)]


def _hidden(text: str, rules: Iterable[_Rule], forms: Iterable[str]) -> str:
    for form in forms:
        text = text.replace(form, HIDDEN)
    for rule in rules:
        text = rule.pattern.sub(rule.replacement, text)
    return text


@lru_cache(maxsize=8)
def _forms(secrets: tuple[str, ...]) -> list[str]:
    """How each secret is written plainly, in JSON and in an address; the longest of each first."""
    return [form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms_of(secret)]


def _forms_of(secret: str) -> list[str]:
    in_json = msgspec.json.encode(secret).decode()[1:-1]
    return sorted({secret, in_json, quote(secret, safe=""), quote(secret)}, key=len, reverse=True)
