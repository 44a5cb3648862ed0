"""What must never lie in the log: tokens, secrets, signatures and sign-ins become ***.

Sources: Shopify, "Authenticating access tokens" (prefixes shpat_, shpca_ … of tokens), "Authorization code
grant" (hmac and code in addresses, client_secret in bodies); RFC 6750 and RFC 7617 (Authorization); RFC 7519
(form of a JWT). Values that are known to be secret go first, what follows a telling name second, and what gives
itself away by its form last. Pure: text in, text out. Too much is hidden rather than too little. A body of 800 KB
is usual and "secret" or "cookie" an ordinary word in it, so rules that begin with a name are tried only where one is.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from shared.exchange import Exchange

HIDDEN = "***"
_SHORTEST_SECRET = 8
"""Shorter "known secrets" would hide ordinary words."""


class _Form(NamedTuple):
    """A pattern that is compiled when it is first tried: all at once cost a start of the app more than its imports."""

    source: str
    flags: re.RegexFlag = re.NOFLAG


@cache
def _compiled(form: _Form) -> re.Pattern[str]:
    return re.compile(*form)


class _Rule(NamedTuple):
    """What is hidden, and what stands there instead; `sign` is in every text where it may be, in lower case."""

    form: _Form
    replacement: str
    sign: bytes = b""


_WORDS = tuple(re.compile(word) for word in (
    b"token", b"secret", b"hmac", b"passw", b"authorization", b"signature", b"credential", b"assertion", b"cookie",
    b"pwd", b"passphrase", b"bearer", b"basic",
    b"key(?:" + b"|".join(
        rb"(?<=%s%skey)" % (word, between) for between in (b"", rb"\W", b"_") for word in (
            b"api", b"access", b"account", b"shared", b"private", b"secret", b"functions", b"master", b"host",
            b"subscription", b"signing", b"encryption", b"sas", b"primary", b"secondary", b"storage", b"service",
        )
    ) + b")",
))
"""What a telling name contains, in lower case."""

_REST_OF_NAME = r"[\w.-]{0,100}"
_AFTER_A_WORD = (
    # "access_token": "…", a number, or the same inside a JSON text inside JSON
    _Rule(
        _Form(rf'({_REST_OF_NAME}"\s*:\s*)(?:"(?:\\.|[^"\\]++)*+(?:"|\\?$)|[-\d.eE+]+)', re.S),
        rf'\1"{HIDDEN}"',
    ),
    _Rule(_Form(rf'({_REST_OF_NAME}\\+"\s*:\s*\\+")[^"\\]*'), rf"\1{HIDDEN}"),
    # 'access_token': '…' of Python, password: "…" of YAML, password = '…' of a settings file
    _Rule(_Form(rf"({_REST_OF_NAME}'?\s{{0,9}}[:=]\s{{0,9}}([\"']))(?:\\.|(?!\2)[^\\])*+", re.S), rf"\1{HIDDEN}"),
    # {"name": "access_token", "value": "…"}, also within a JSON text; <add key="Password" value="…"/>
    _Rule(
        _Form(rf'({_REST_OF_NAME}(\\*")\s*,\s*\2val(?:ue)?\2\s*:\s*\2)(?:\\\\.|(?!\2).)*+', re.I | re.S),
        rf"\1{HIDDEN}",
    ),
    _Rule(_Form(rf"({_REST_OF_NAME}([\"'])\s+value\s*=\s*\2)(?:(?!\2).)*+", re.I | re.S), rf"\1{HIDDEN}"),
    # Before the next one: in "Bearer 123 has expired >" the token would pass for an attribute of an element
    _Rule(_Form(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.I), rf"\1 {HIDDEN}"),
    # <access_token type="x">…</access_token>
    _Rule(_Form(rf"({_REST_OF_NAME}(?:\s[^<>]{{0,200}})?>)(?:<!\[CDATA\[)?[^<]+"), rf"\1{HIDDEN}"),
    # a parameter of an address or a form
    _Rule(_Form(rf"({_REST_OF_NAME}=)[^&\s\"'<>\\;]+"), rf"\1{HIDDEN}"),
    # a header on a line of its own, also as \r\n within a JSON text
    _Rule(
        _Form(
            r"((?:authorization|(?<=access-)token|hmac-sha256|(?<=api-)key|(?<=functions-)key|cookie)\s*:\s*)"
            r"(?!\"|\\\")[^\r\n\"\\]+", re.I,
        ),
        rf"\1{HIDDEN}",
    ),
    # password: … of YAML, to the end of what holds together
    _Rule(
        _Form(
            rf"({_REST_OF_NAME}:\s{{1,9}})(?!(?:null|true|false)\b|~\s)[^\s,;\"'<>{{}}\[\]\\]{{6,}}"
        ), rf"\1{HIDDEN}",
    ),
)
"""Tried where a word begins."""

_SHORT_NAMES = ("code", "sig", "key", "session", "pass")
_AFTER_A_SHORT_NAME = "|".join(
    rf"(?<={before}{name}=)" for name in _SHORT_NAMES for before in (r"\A", r"[?&;\s\"']", r"\\u0026")
)


def _named_shortly(name: str, value: str) -> Iterator[_Rule]:
    """Rules for what is called `name` altogether: in JSON, in JSON within JSON, in YAML and in XML."""
    for spelt in (name, name.capitalize(), name.upper()):
        yield from (_Rule(_Form(f"({before}){value}{after}", re.S), rf"\1{HIDDEN}", sign.encode())
                    for before, after, sign in (
            (rf'"{spelt}"\s*:\s*"', r'(?=(?<!\\)"|\Z)', f'"{name}"'),
            (rf'"{spelt}\\{{1,9}}"\s*:\s*\\{{1,9}}"', r'(?=\\|"|\Z)', f'"{name}\\'),
            (rf"{spelt}:[ \t]{{1,9}}", r"(?=\s|\Z)", f"{name}:"),
            (rf"<{spelt}>", r"(?=<|\Z)", f"<{name}>"),
        ))


_BY_FORM = (
    # a parameter that is called so altogether: discount_code is none
    _Rule(_Form(rf"=(?:{_AFTER_A_SHORT_NAME})[^&\s\"'<>\\;]+", re.I), f"={HIDDEN}"),
    _Rule(_Form(r"(://)[^/\s\"'@?#\\]++@"), rf"\1{HIDDEN}@"),
    _Rule(_Form(r"shp[a-z]{2,6}_\w{8,}"), HIDDEN),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, b"akia"),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, b"asia"),
    _Rule(_Form(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), HIDDEN, b"=="),
    _Rule(_Form(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^-]+"), rf"\1{HIDDEN}", b"private key-----"),
    # {"value": "…", "name": "access_token"}
    _Rule(
        _Form(r'("value"\s*:\s*")(?:\\.|[^"\\])++(?="\s*,\s*"(?:name|key|header)"\s*:\s*"[^"]{0,100}?'
                   r'(?i:token|secret|hmac|passw|pwd|authorization|signature|credential|cookie|key))'),
        rf"\1{HIDDEN}", b'"value"',
    ),
    _Rule(_Form(r"eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN),
    *(rule for name in ("sig", "pass", "sas") for rule in _named_shortly(name, r".{1,2000}?")),
    # Shopify's attributes have keys too: only what looks like a secret
    *_named_shortly("key", r"(?=[^\"\s]*\d)[\w+/=.~-]{12,}"),
)
"""Tried where their sign is, or where they begin with a letter or sign that a long text is searched for fast."""

_SIGNS = frozenset(rule.sign for rule in _BY_FORM)

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
    signs = {sign for sign in _SIGNS if sign in folded}
    return _Chances(
        [form for form in _forms(tuple(known)) if form in text],
        [word for word in _WORDS if word.search(folded)],
        [rule for rule in _BY_FORM if rule.sign in signs and _compiled(rule.form).search(text)],
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
        text = _compiled(rule.form).sub(rule.replacement, text)
    return text


def _hidden_after(words: Iterable[re.Pattern[bytes]], text: str) -> str:
    folded, parts, done = _folded(text), list[str](), 0
    for place in sorted({found.start() for word in words for found in word.finditer(folded)}):
        for rule in _AFTER_A_WORD if place >= done else ():
            if found := _compiled(rule.form).match(text, place):
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
