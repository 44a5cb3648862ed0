"""What must never lie in the log: tokens, secrets, signatures and sign-ins become ***.

Sources: Shopify, "Authenticating access tokens" (prefixes shpat_, shpca_ … of tokens), "Authorization code
grant" (hmac and code in addresses, client_secret in bodies); RFC 6750 and RFC 7617 (Authorization); RFC 7519
(form of a JWT). Values that are known to be secret go first, what follows a telling name second (named_secrets.py), and
what gives itself away by its form last. Pure: text in, text out. A body of 800 KB is usual and "secret" or "cookie" an
ordinary word in it, so rules that begin with a name are tried only where one is; and mostly there is none at all, so
the signs of all names and rules are looked for at once (docs/decisions/0052-signs-at-once.md).
"""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import msgspec

from shared.exchange import Exchange
from shared.journal.named_secrets import HIDDEN, found_at
from shared.journal.secrets_apart import found_apart

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

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
    """What is hidden, and what stands there instead.

    signs      one of them is in every text where it may be, in lower case
    seen_as    the same, beginning with its sign; None: as it is hidden
    is_sought  it does not begin with its sign, and is searched for in texts that have one
    """

    form: _Form
    replacement: str
    signs: tuple[bytes, ...]
    seen_as: _Form | None = None
    is_sought: bool = False

    def is_at(self, place: int, text: str) -> bool:
        """Whether it is where this sign of it begins."""
        return _compiled(self.seen_as or self.form).match(text, place) is not None


def _alone(word: bytes) -> bytes:
    """The word as the whole name."""
    return rb"%s(?![\w-])(?<![\w.-]%s)" % (word, word)


_WORDS = {sign: re.compile(form) for sign, form in (
    *((word, word) for word in (
        b"token", b"secret", b"hmac", b"passw", b"authorization", b"signature", b"credential", b"assertion", b"cookie",
        b"pwd", b"passphrase", b"verifier",
    )),
    (b"oauth", rb"oauth_?code"),
    *((word, _alone(word)) for word in (b"sig", b"pass", b"sas", b"bearer")),
    (b"key", _alone(b"key") + b"|key(?:" + b"|".join(
        rb"(?<=%s%skey)" % (word, between) for between in (b"", rb"\W", b"_") for word in (
            b"api", b"access", b"account", b"shared", b"private", b"secret", b"functions", b"master", b"host",
            b"subscription", b"signing", b"encryption", b"sas", b"primary", b"secondary", b"storage", b"service",
        )
    ) + b")"),
)}
"""What a telling name contains, in lower case, by the sign with which it begins."""

_SHORT_NAMES = ("code", "sig", "key", "session", "pass")
_AFTER_A_SHORT_NAME = "|".join(
    rf"(?<={before}{name}=)" for name in _SHORT_NAMES for before in (r"\A", r"[?&;\s\"']", r"\\u0026")
)


_BY_FORM = (
    # a parameter that is called so altogether: discount_code is none
    _Rule(_Form(rf"=(?:{_AFTER_A_SHORT_NAME})[^&\s\"'<>\\;]+", re.I), f"={HIDDEN}",
          tuple(f"{name}=".encode() for name in _SHORT_NAMES), is_sought=True),
    _Rule(_Form(r"(://)[^/\s\"'@?#\\]++@"), rf"\1{HIDDEN}@", (b"://",), is_sought=True),
    _Rule(_Form(r"shp[a-z]{2,6}_\w{8,}"), HIDDEN, (b"shp",)),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, (b"akia",)),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, (b"asia",)),
    _Rule(_Form(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), HIDDEN, (b"==",),
          seen_as=_Form(r"==(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==)")),
    # a client secret of Entra
    _Rule(_Form(r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~])"), HIDDEN, (b"q~",), is_sought=True),
    # curl -u user:password
    _Rule(_Form(r"(\bcurl\b[^\r\n]{0,500}?\s(?:-u|--user|-U|--proxy-user)[\s=]{0,3}[\"']?[^\s:\"']{1,100}:)[^\s\"']+"),
          rf"\1{HIDDEN}", (b"curl",)),
    _Rule(_Form(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?s:(?!-----END).){1,20000}"),
          rf"\1{HIDDEN}", (b"private key-----",), is_sought=True),
    # {"value": "…", "name": "access_token"}
    _Rule(
        _Form(r'("value"\s*:\s*")(?:\\.|[^"\\])++(?="\s*,\s*"(?:name|key|header)"\s*:\s*"[^"]{0,100}?'
                   r'(?i:token|secret|hmac|passw|passphrase|pwd|authorization|signature|credential|cookie|verifier|assertion|key))'),
        rf"\1{HIDDEN}", (b'"value"',),
    ),
    # where a word begins, also after an escape: tried within a long word, the rest of it would be read each time
    _Rule(
        _Form(r"eyJ(?:(?<![\w-]eyJ)|(?<=\\[nrt]eyJ)|(?<=%[0-9A-Fa-f]{2}eyJ)|(?<=u00[0-9A-Fa-f]{2}eyJ))"
              r"[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"), HIDDEN, (b"eyj",),
    ),
    # the same, percent-encoded within another address
    _Rule(
        _Form(r"(%(?:25)*(?:3F|26)(?:code|sig|key|session|pass)%(?:25)*3D)(?:(?!%(?:25)*26)[^&\s\"'<>\\;])+", re.I),
        rf"\1{HIDDEN}", (b"%",), is_sought=True,
    ),
    # Authorization's value alone: a word that no sentence would have
    *(_Rule(
        _Form(rf"\b((?i:{scheme})(?:\s|\+|%(?:25)*20){{1,9}})"
              r"(?=[\w.~+/=%-]*(?:[\d=]|[a-z][A-Z]|[\w.~+/%-]{16}))[\w.~+/=%-]{8,}"),
        rf"\1{HIDDEN}", (scheme.encode(),),
    ) for scheme in ("bearer", "basic")),
)

_ORDINARY = (b"%", b"key", b"://")
"""Signs of many texts, and many places: these are searched for by themselves."""

_RARE = set(_WORDS).union(*(rule.signs for rule in _BY_FORM)).difference(_ORDINARY)
_AT_SIGN = {sign: [rule for rule in _BY_FORM if sign in rule.signs and not rule.is_sought] for sign in _RARE}
_AT_ONCE = 2**18
"""Bytes in which rare signs are looked for at a time: each place of one takes a hundred bytes of memory."""

_OURS = frozenset({"direction", "method"})
"""Texts of an exchange that are words of ours; every other one may hold a secret."""

_BETWEEN = "\n"

_AT_THE_TOKEN_SERVICE = re.compile(r"/oauth|/token(?:$|[?/])|/authorize(?:$|[?/])", re.I)
_CODE = re.compile(r'("code"\s*:\s*)"(?:\\.|[^"\\])*(?:"|$)', re.I)


def redacted(exchange: Exchange, known: Sequence[str] = ()) -> Exchange:
    """The exchange without its secrets; `known` are values that are secret whatever they look like."""
    request, response = exchange.request, exchange.response
    if _AT_THE_TOKEN_SERVICE.search(exchange.url):
        request, response = (_CODE.sub(rf'\1"{HIDDEN}"', body) for body in (request, response))
    told = msgspec.structs.asdict(exchange) | {"request": request, "response": response}
    texts = {name: value for name, value in told.items() if isinstance(value, str) and name not in _OURS}
    hidden = _hidden(list(texts.values()), _forms(tuple(known)))
    return msgspec.structs.replace(exchange, **dict(zip(texts, hidden, strict=True)))


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that is or looks secret replaced by ***."""
    return _hidden([text], _forms(tuple(known)))[0]


def _hidden(texts: Sequence[str], known: Sequence[str]) -> list[str]:
    """The texts without secrets; `known` as they are written."""
    traces = _traces(texts, known)
    if traces.known:
        return _hidden([_without(text, traces.known) for text in texts], ())
    hidden, start = list[str](), 0
    for text in texts:
        end = start + len(text)
        here = traces.places[bisect_left(traces.places, start) : bisect_left(traces.places, end)]
        named_hidden = _without_named(text, (place - start for place in here)) if here else text
        hidden.append(_without_formed(named_hidden, traces.rules))
        start = end + len(_BETWEEN)
    return hidden


class _Traces(NamedTuple):
    """What has to be done: known secrets that occur, places of telling words in order, rules that fit somewhere."""

    known: list[str]
    places: list[int]
    rules: list[_Rule]


def _traces(texts: Sequence[str], known: Sequence[str]) -> _Traces:
    """Most of what redaction costs is this pass, so it is made once for all texts of an exchange, joined."""
    text = _BETWEEN.join(texts)
    folded = _folded(text)
    signs = {sign for sign in _ORDINARY if sign in folded}
    places = {found.start() for sign in signs.intersection(_WORDS) for found in _WORDS[sign].finditer(folded)}
    rules = list[_Rule]()
    for sign, place in _signs_in(folded, tuple(map(_folded, known))):
        signs.add(sign)
        word = _WORDS.get(sign)
        if word is not None and word.match(folded, place):
            places.add(place)
        rules += [rule for rule in _AT_SIGN.get(sign, ()) if rule not in rules and rule.is_at(place, text)]
    return _Traces(
        [form for form in known if _folded(form) in signs],
        sorted(places),
        [rule for rule in _BY_FORM if rule in rules or (rule.is_sought and _is_in(rule, texts, signs))],
    )


def _is_in(rule: _Rule, texts: Sequence[str], signs: set[bytes]) -> bool:
    return not signs.isdisjoint(rule.signs) and any(_compiled(rule.form).search(text) for text in texts)


def _signs_in(folded: bytes, known: tuple[bytes, ...]) -> Iterator[tuple[bytes, int]]:
    """Rare signs, those that are known to be secret among them, and where they begin; one may come twice."""
    rare = _rare_signs(known)
    for start in range(0, len(folded), _AT_ONCE):
        part = folded[start : start + _AT_ONCE + rare.longest]
        for which, begin, _ in rare.finder.find_matches_as_indexes(part, overlapping=True):
            yield rare.signs[which], start + begin


class _Signs(NamedTuple):
    signs: tuple[bytes, ...]
    longest: int
    finder: BytesAhoCorasick


@lru_cache(maxsize=8)
def _rare_signs(known: tuple[bytes, ...]) -> _Signs:
    from ahocorasick_rs import BytesAhoCorasick

    signs = tuple(sorted(_RARE.union(known)))
    return _Signs(signs, max(map(len, signs)), BytesAhoCorasick(signs))


def _folded(text: str) -> bytes:
    """Lower case, a byte for each character: what is found has the same place in both."""
    return text.encode("latin-1", "replace").lower()


def _without(text: str, known: Iterable[str]) -> str:
    for form in known:
        text = text.replace(form, HIDDEN)
    return text


def _without_formed(text: str, rules: Iterable[_Rule]) -> str:
    for rule in rules:
        text = _compiled(rule.form).sub(rule.replacement, text)
    return text


def _without_named(text: str, places: Iterable[int]) -> str:
    """The text without the secrets whose telling words begin at these places, in order."""
    parts, done = list[str](), 0
    for place in places:
        secret = (found_at(text, place) or found_apart(text, place)) if place >= done else None
        if secret is not None:
            parts += text[done : secret.start], secret.instead
            done = secret.end
    return "".join([*parts, text[done:]])


@lru_cache(maxsize=8)
def _forms(secrets: tuple[str, ...]) -> list[str]:
    """How each secret is written plainly, in JSON and in an address; the longest of each first."""
    return [form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms_of(secret)]


def _forms_of(secret: str) -> list[str]:
    in_json = msgspec.json.encode(secret).decode()[1:-1]
    return sorted({secret, in_json, quote(secret, safe=""), quote(secret)}, key=len, reverse=True)
