"""What must never lie in the log: tokens, secrets, signatures and sign-ins become ***.

Sources: Shopify, "Authenticating access tokens" (prefixes shpat_, shpca_ … of tokens), "Authorization code
grant" (hmac and code in addresses, client_secret in bodies); RFC 6750 and RFC 7617 (Authorization); RFC 7519
(form of a JWT). Values that are known to be secret go first, what follows a telling name second, and what gives
itself away by its form last. Pure: text in, text out. Too much is hidden rather than too little. A body of 800 KB
is usual and "secret" or "cookie" an ordinary word in it, so rules that begin with a name are tried only where one is.
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


class _Rule(NamedTuple):
    """What is hidden, and what stands there instead."""

    pattern: re.Pattern[str]
    replacement: str


_WORDS = tuple(re.compile(word) for word in (
    b"token", b"secret", b"hmac", b"passw", b"authorization", b"signature", b"credential", b"assertion", b"cookie",
    b"key(?:(?<=api.key)|(?<=apikey)|(?<=functions-key))", b"bearer", b"basic",
))
"""What a telling name contains, in lower case."""

_REST_OF_NAME = r"[\w.-]{0,100}"
_AFTER_A_WORD = (
    # "access_token": "…", a number, or the same inside a JSON text inside JSON
    _Rule(
        re.compile(rf'({_REST_OF_NAME}"\s*:\s*)(?:"(?:\\.|[^"\\]++)*+(?:"|\\?$)|[-\d.eE+]+)', re.S),
        rf'\1"{HIDDEN}"',
    ),
    _Rule(re.compile(rf'({_REST_OF_NAME}\\+"\s*:\s*\\+")[^"\\]*'), rf"\1{HIDDEN}"),
    # a parameter of an address or a form
    _Rule(re.compile(rf"({_REST_OF_NAME}=)[^&\s\"'<>\\;]+"), rf"\1{HIDDEN}"),
    # a header on a line of its own, also as \r\n within a JSON text
    _Rule(
        re.compile(
            r"((?:authorization|(?<=access-)token|hmac-sha256|(?<=api-)key|(?<=functions-)key|cookie)\s*:\s*)"
            r"(?!\"|\\\")[^\r\n\"\\]+", re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    _Rule(re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {HIDDEN}"),
)
"""Tried where a word begins."""

_SHORT_NAMES = ("code", "sig", "key", "session")
_AFTER_A_SHORT_NAME = "|".join(
    rf"(?<={before}{name}=)" for name in _SHORT_NAMES for before in (r"\A", r"[?&;\s\"']", r"\\u0026")
)
_BY_FORM = (
    # a parameter that is called so altogether: discount_code is none
    _Rule(re.compile(rf"=(?:{_AFTER_A_SHORT_NAME})[^&\s\"'<>\\;]+", re.I), f"={HIDDEN}"),
    _Rule(re.compile(r"(://)[^/\s\"'@?#\\]++@"), rf"\1{HIDDEN}@"),
    _Rule(re.compile(r"shp[a-z]{2}_\w{8,}"), HIDDEN),
    _Rule(re.compile(r"eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
)
"""Each begins with a letter or sign, for which a long text is searched fast."""

_AT_THE_TOKEN_SERVICE = re.compile(r"/oauth|/token(?:$|[?/])|/authorize(?:$|[?/])", re.I)
_CODE = re.compile(r'("code"\s*:\s*)"(?:\\.|[^"\\])*(?:"|$)', re.I)


def redacted(exchange: Exchange, known: Sequence[str] = ()) -> Exchange:
    """The exchange without its secrets; `known` are values that are secret whatever they look like."""
    request, response = exchange.request, exchange.response
    if _AT_THE_TOKEN_SERVICE.search(exchange.url):
        request, response = (_CODE.sub(rf'\1"{HIDDEN}"', body) for body in (request, response))
    texts = (exchange.url, exchange.description, request, response, exchange.request_id)
    chances = _chances("\n".join(texts), known)
    url, description, request, response, request_id = (_hidden(text, chances) for text in texts)
    return msgspec.structs.replace(
        exchange, url=url, description=description, request=request, response=response, request_id=request_id
    )


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that is or looks secret replaced by ***."""
    return _hidden(text, _chances(text, known))


class _Chances(NamedTuple):
    """What has to be done: known secrets and words that occur, and rules that fit somewhere."""

    forms: list[str]
    words: list[re.Pattern[bytes]]
    rules: list[_Rule]


def _chances(text: str, known: Iterable[str]) -> _Chances:
    """Most of what redaction costs is this search, so it is made once for all texts of an exchange."""
    folded = _folded(text)
    return _Chances(
        [form for form in _forms(tuple(known)) if form in text],
        [word for word in _WORDS if word.search(folded)],
        [rule for rule in _BY_FORM if rule.pattern.search(text)],
    )


def _folded(text: str) -> bytes:
    """Lower case, a byte for each character: what is found has the same place in both."""
    return text.encode("ascii", "replace").lower()


def _hidden(text: str, chances: _Chances) -> str:
    for form in chances.forms:
        text = text.replace(form, HIDDEN)
    if chances.words:
        text = _hidden_after(chances.words, text)
    for rule in chances.rules:
        text = rule.pattern.sub(rule.replacement, text)
    return text


def _hidden_after(words: Iterable[re.Pattern[bytes]], text: str) -> str:
    folded, parts, done = _folded(text), list[str](), 0
    for place in sorted({found.start() for word in words for found in word.finditer(folded)}):
        for rule in _AFTER_A_WORD if place >= done else ():
            if found := rule.pattern.match(text, place):
                parts += text[done:place], found.expand(rule.replacement)
                done = found.end()
                break
    return "".join([*parts, text[done:]])


@lru_cache(maxsize=8)
def _forms(secrets: tuple[str, ...]) -> list[str]:
    """How each secret is written plainly, in JSON and in an address; the longest of each first."""
    return [form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms_of(secret)]


def _forms_of(secret: str) -> list[str]:
    in_json = msgspec.json.encode(secret).decode()[1:-1]
    return sorted({secret, in_json, quote(secret, safe=""), quote(secret)}, key=len, reverse=True)
