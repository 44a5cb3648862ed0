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
from collections.abc import Iterable, Sequence
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

    signs      one of them is in every text where it may be, in lower case; none: it is searched for in every text
    search_as  the same to be searched for, where the form begins with what is in every text; None: as it is hidden
    """

    form: _Form
    replacement: str
    signs: tuple[bytes, ...] = ()
    search_as: _Form | None = None


class _Word(NamedTuple):
    """What a telling name contains, in lower case; `sign` is in every text where it is."""

    form: re.Pattern[bytes]
    sign: bytes


_WORDS = tuple(_Word(re.compile(form), sign) for sign, form in (
    *((word, word) for word in (
        b"token", b"secret", b"hmac", b"passw", b"authorization", b"signature", b"credential", b"assertion", b"cookie",
        b"pwd", b"passphrase", b"verifier",
    )),
    (b"oauth", rb"oauth_?code"),
    (b"key", b"key(?:" + b"|".join(
        rb"(?<=%s%skey)" % (word, between) for between in (b"", rb"\W", b"_") for word in (
            b"api", b"access", b"account", b"shared", b"private", b"secret", b"functions", b"master", b"host",
            b"subscription", b"signing", b"encryption", b"sas", b"primary", b"secondary", b"storage", b"service",
        )
    ) + b")"),
    *((word, rb"%s(?![\w-])(?<![\w.-]%s)" % (word, word)) for word in (b"sig", b"pass", b"sas", b"key", b"bearer")),
))
"""The last ones are the whole name."""

_SHORT_NAMES = ("code", "sig", "key", "session", "pass")
_AFTER_A_SHORT_NAME = "|".join(
    rf"(?<={before}{name}=)" for name in _SHORT_NAMES for before in (r"\A", r"[?&;\s\"']", r"\\u0026")
)


_BY_FORM = (
    # a parameter that is called so altogether: discount_code is none
    _Rule(_Form(rf"=(?:{_AFTER_A_SHORT_NAME})[^&\s\"'<>\\;]+", re.I), f"={HIDDEN}",
          tuple(f"{name}=".encode() for name in _SHORT_NAMES)),
    _Rule(_Form(r"(://)[^/\s\"'@?#\\]++@"), rf"\1{HIDDEN}@"),
    _Rule(_Form(r"shp[a-z]{2,6}_\w{8,}"), HIDDEN, (b"shp",)),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, (b"akia",)),
    _Rule(_Form(r"(?<![A-Z0-9])A(?:KIA|SIA)[A-Z0-9]{16}(?![A-Z0-9])"), HIDDEN, (b"asia",)),
    _Rule(_Form(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}=="), HIDDEN, (b"==",),
          search_as=_Form(r"==(?<=(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==)")),
    # a client secret of Entra
    _Rule(_Form(r"(?<![\w.~-])[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~])"), HIDDEN, (b"q~",)),
    # curl -u user:password
    _Rule(_Form(r"(\bcurl\b[^\r\n]{0,500}?\s(?:-u|--user|-U|--proxy-user)[\s=]{0,3}[\"']?[^\s:\"']{1,100}:)[^\s\"']+"),
          rf"\1{HIDDEN}", (b"curl",)),
    _Rule(_Form(r"(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)(?s:(?!-----END).){1,20000}"),
          rf"\1{HIDDEN}", (b"private key-----",)),
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
        rf"\1{HIDDEN}", (b"%",),
    ),
    # Authorization's value alone: a word that no sentence would have
    *(_Rule(
        _Form(rf"\b((?i:{scheme})(?:\s|\+|%(?:25)*20){{1,9}})"
              r"(?=[\w.~+/=%-]*(?:[\d=]|[a-z][A-Z]|[\w.~+/%-]{16}))[\w.~+/=%-]{8,}"),
        rf"\1{HIDDEN}", (scheme.encode(),),
    ) for scheme in ("bearer", "basic")),
)
"""Tried where their sign is, or where they begin with a letter or sign that a long text is searched for fast."""

_ORDINARY = (b"%", b"key")
"""Signs of many texts, and many places: the first one is near."""

_RARE = {word.sign for word in _WORDS}.union(*(rule.signs for rule in _BY_FORM)).difference(_ORDINARY)
_AT_ONCE = 2**18
"""Bytes in which rare signs are looked for at a time: each place of one takes a hundred bytes of memory."""

_OURS = frozenset({"direction", "method"})
"""Texts of an exchange that are words of ours; every other one may hold a secret."""

_AT_THE_TOKEN_SERVICE = re.compile(r"/oauth|/token(?:$|[?/])|/authorize(?:$|[?/])", re.I)
_CODE = re.compile(r'("code"\s*:\s*)"(?:\\.|[^"\\])*(?:"|$)', re.I)


def redacted(exchange: Exchange, known: Sequence[str] = ()) -> Exchange:
    """The exchange without its secrets; `known` are values that are secret whatever they look like."""
    request, response = exchange.request, exchange.response
    if _AT_THE_TOKEN_SERVICE.search(exchange.url):
        request, response = (_CODE.sub(rf'\1"{HIDDEN}"', body) for body in (request, response))
    told = msgspec.structs.asdict(exchange) | {"request": request, "response": response}
    texts = {name: value for name, value in told.items() if isinstance(value, str) and name not in _OURS}
    chances = _chances(list(texts.values()), known)
    return msgspec.structs.replace(exchange, **{name: _hidden(text, chances) for name, text in texts.items()})


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that is or looks secret replaced by ***."""
    return _hidden(text, _chances([text], known))


class _Chances(NamedTuple):
    """What has to be done: known secrets and words that occur, and rules that fit somewhere."""

    forms: list[str]
    words: list[re.Pattern[bytes]]
    rules: list[_Rule]


def _chances(texts: Sequence[str], known: Iterable[str]) -> _Chances:
    """Most of what redaction costs is this search, so it is made once for all texts of an exchange."""
    folded, forms = b"\n".join(map(_folded, texts)), _forms(tuple(known))
    signs = _signs_in(folded, tuple(map(_folded, forms)))

    def is_somewhere(rule: _Rule) -> bool:
        if rule.signs and signs.isdisjoint(rule.signs):
            return False
        search = _compiled(rule.search_as or rule.form).search
        return any(search(text) for text in texts)

    return _Chances(
        [form for form in forms if _folded(form) in signs],
        [word.form for word in _WORDS if word.sign in signs and word.form.search(folded)],
        [rule for rule in _BY_FORM if is_somewhere(rule)],
    )


def _signs_in(folded: bytes, known: tuple[bytes, ...]) -> set[bytes]:
    """Which signs there are, those that are known to be secret among them."""
    found, rare = {sign for sign in _ORDINARY if sign in folded}, _rare_signs(known)
    for start in range(0, len(folded), _AT_ONCE):
        part = folded[start : start + _AT_ONCE + rare.longest]
        found.update(rare.signs[which] for which, _, _ in rare.finder.find_matches_as_indexes(part, overlapping=True))
    return found


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
    return text.encode("ascii", "replace").lower()


def _hidden(text: str, chances: _Chances) -> str:
    for form in chances.forms:
        text = text.replace(form, HIDDEN)
    if chances.words:
        text = _without_named(text, _places(chances.words, text))
    for rule in chances.rules:
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


def _places(words: Iterable[re.Pattern[bytes]], text: str) -> list[int]:
    folded = _folded(text)
    return sorted({found.start() for word in words for found in word.finditer(folded)})


@lru_cache(maxsize=8)
def _forms(secrets: tuple[str, ...]) -> list[str]:
    """How each secret is written plainly, in JSON and in an address; the longest of each first."""
    return [form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in _forms_of(secret)]


def _forms_of(secret: str) -> list[str]:
    in_json = msgspec.json.encode(secret).decode()[1:-1]
    return sorted({secret, in_json, quote(secret, safe=""), quote(secret)}, key=len, reverse=True)
