"""Secrets that follow a telling name: name, sign, value, in every spelling that a text may have them in.

Each sign of the grammar (quote, colon, equals sign, bracket, blank, end of line) is known as it stands, within JSON
texts inside JSON (\\", \\u0022), as HTML entities (&quot;, &#34;) and percent-encoded, also repeatedly (%22, %2522). A
value is what is quoted, what stands in brackets, an indented block of YAML, or a word; the word ends where its
spelling's separators stand. Sources: RFC 8259 (JSON), RFC 3986 (percent-encoding), WHATWG HTML (entities), YAML 1.2.2
(8.1, block scalars), Python's reference (prefixes of strings). Pure. Each place is looked at once and a value is read
to its end once, so that the time grows with the text and no faster.
"""
from __future__ import annotations

import re
from functools import cache, cached_property
from typing import NamedTuple

HIDDEN = "***"


def _spelt(sign: str, entity: str) -> str:
    code = ord(sign)
    return rf"{re.escape(sign)}|u00{code:02x}|&(?:amp;)*(?:{entity}|#0*{code}|#x0*{code:x});|%(?:25)*{code:02x}"


# Runs of backslashes are bounded: at each place of a longer one the rest of it would be read again.
_ESCAPE = r"(?:\\|%(?:25)*5c)"
_BACKSLASHES = r"\\{1,64}+"
_BLANK = (rf"(?:[ \t\xa0]|{_BACKSLASHES}(?:t|u00(?:20|09))|&(?:amp;)*(?:nbsp|#0*32|#x0*20);|%(?:25)*(?:20|09)"
          r"|\+(?=[\w:=%'\"]))")
_NEWLINE = rf"(?:\r?\n|(?:{_BACKSLASHES}r)?{_BACKSLASHES}n|(?:%(?:25)*0d)?%(?:25)*0a)"
_QUOTE = rf"(?:{_ESCAPE}{{0,64}}+(?:{_spelt(chr(34), 'quot')}|{_spelt(chr(39), 'apos')}))"
_SIGN = rf"(?:\\{{0,64}}+(?:：|{_spelt(':', 'colon')})=?|\\{{0,64}}+(?:＝|{_spelt('=', 'equals')})(?:>|&gt;|%3e)?)"
_NAME = rf"(?P<name>[\w.-]{{0,100}}+)(?P<close>{_QUOTE}?)"
_OPENING = r"(?:[\[{]|%(?:25)*(?:5b|7b))"
_CLOSING = r"(?:[\]}]|%(?:25)*(?:5d|7d))"

_NAMED = (
    rf"{_NAME}(?:\[\w{{0,20}}\]|\]|%(?:25)*5d){{0,3}}(?P<before>{_BLANK}{{0,20}})"
    rf"(?P<sign>{_SIGN})(?P<after>{_BLANK}{{0,20}})"
)
_ATTRIBUTE = rf"{_NAME}\s{{1,20}}value(?P<before>)\s{{0,9}}(?P<sign>=)(?P<after>\s{{0,9}})"
"""<add key="Password" value="…"/>"""

_PAIRED = (
    rf"{_NAME}{_BLANK}{{0,9}}(?:,|%2c)(?:{_BLANK}|{_NEWLINE}){{0,60}}{_QUOTE}val(?:ue)?{_QUOTE}(?P<before>){_BLANK}{{0,9}}"
    rf"(?P<sign>{_SIGN})(?P<after>{_BLANK}{{0,20}})"
)
"""{"name": "access_token", "value": …}: the name stands in quotes as a whole."""

_MAY_BE_NAME = (
    r"[\w.-]{0,100}+(?:[\\&%>\]]|\[\w{0,20}\]"
    r"|[\"']?[ \t\r\n\xa0+]{0,20}+(?:[:=：＝\\&%]|,\s{0,60}(?:[\"']val|[\\&%])|value)|[\"']\]"
    r"|\s[^<>]{0,200}>)"
)
"""What most words in sentences do not have behind them: asked first, because it is asked fast."""

_ROW = (
    r"[\w.-]{0,100}+[\"']\s{0,9},\s{0,9}[bruf]{0,2}(?P<quote>[\"'])(?P<value>[^\"'\r\n]{8,2000}+)(?P=quote)\s{0,9}[\])]"
)
_BEGINS_ROW = r"[\[(]\s{0,9}[bruf]{0,2}[\"']$"
"""["X-Shopify-Access-Token", "…"], ('access_token', b'…'): a list of these two, and the second looks like a secret."""

_ELEMENT = r"(?P<name>[\w.-]{0,100}+)(?:\s[^<>]{0,200})?(?:>|&(?:amp;)*gt;)(?:<!\[CDATA\[)?"
_IN_A_TAG = r"(?:<|&(?:amp;)*lt;)(?:[\w.-]{1,50}:)?$"
_CONTENT = r"(?:(?!&(?:amp;)*lt;)[^<])+"

_VALUE = rf"[bruf]{{0,2}}(?P<quote>{_QUOTE})"
_TOKENS = rf"(?P<quote>{_QUOTE})|(?P<opening>{_OPENING}|\()|(?P<closing>{_CLOSING}|\))"
_PLAIN = r'[^"\\]*+(?:\\[\s\S][^"\\]*+)*+'
_EMPTY = rf"(?:{_BLANK}|{_NEWLINE}|\s)*+(?:{_CLOSING}|\))"
_LIST_OR_OBJECT = rf"{_OPENING}|\((?=\s*[bruf]{{0,2}}['\"])"
_BLOCK = (
    rf"(?:[!&][\w!-]{{0,40}}{_BLANK}{{1,9}})?(?:[|>][-+\d]{{0,3}})?(?:{_BLANK}{{1,9}}#[^\r\n\\]{{0,200}})?{_BLANK}*+"
    rf"(?={_NEWLINE})"
)
_LINE = r"\r?\n(?P<indent>[ \t]*+)(?P<rest>[^\r\n]*+)"
_WRITTEN_LINE = (
    rf"(?:(?:{_BACKSLASHES}r)?{_BACKSLASHES}n|(?:%(?:25)*0d)?%(?:25)*0a)(?P<indent>(?:[ ]|%(?:25)*20)*+)"
    rf"(?P<rest>(?:(?!{_BACKSLASHES}[rn]|%(?:25)*0[ad])[^\"\r\n])*+)"
)
_ENCODED_BLANK = r"%(?:25)*20"
_LINE_OR_QUOTE = rf"{_NEWLINE}|{_QUOTE}"

_INNOCENT = (
    r"(?:url|uri|href|link|endpoint|page|type|kind|name|title|label|status|format|version|algorithm|method|scopes?|"
    r"issuer|count|length|limit|date|time|at|on|in|expires?|expiry|expiration|required|enabled|policy|policies|message|"
    r"note|comment|description|confirmation|flavou?r|amount|price|currency|balance|colou?r|size|sku|image|icon)$"
)
"""How names end that speak of a secret and hold none: password_reset_url, tokenType, token_expires_at."""

_OTHER_WORDS = r"secretar|tokeni[sz]|passwag|basics|basicall"
_NOTHING = r"(?:null|true|false|none|undefined|nil|~)(?![\w.~+/=-])"
_LOOKS_SECRET = r"(?=\S*\d)[\w+/=.~-]{12,}$"
_SCHEME = rf"(?:bearer|basic|token|digest|negotiate|sharedkey|hmac){_BLANK}{{1,9}}"
_HAS_VALUE = rf"{_QUOTE}(?:{_BLANK}|{_NEWLINE}|,){{1,60}}{_QUOTE}?val(?:ue)?{_QUOTE}?{_BLANK}{{0,9}}{_SIGN}"
"""Behind the value of `key`: it is the name of what comes."""

_CARD_AUTHORIZATION = r"authori[sz]ation_?code$"
_CARD_CODE = r"[A-Za-z0-9]{1,6}$"
"""What a card's issuer answers is on every receipt: ISO 8583, field 38, six letters or digits. OAuth's are longer."""

_OPTIONS = ("token", "secret", "cookie", "signature", "credential", "bearer", "key", "pass", "sas", "sig")
"""A product may have an option of this name: among names and values its value counts if it looks like a secret."""

_NO_WORD = r"(?=\S*\d)[^\s,;]{12,}$"
_SHORT = ("key", "sig", "pass", "sas")
"""Telling only if they are the whole name; `key` is what Shopify's attributes have too, and theirs are words."""

_HEADERS = r"(?:.*authorization|(?:set-)?cookie|.*hmac-sha256|.*access-token|.*(?:api|functions|subscription|sas)-key)$"
_COOKIE = r"[\w!#$%&'*+.^`|~-]{1,100}="
_IN_NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Compiled when first needed: all at once cost a start of the app more than its imports."""
    return re.compile(source, re.I)


class Found(NamedTuple):
    """From `start` to `end` something secret stands; `instead` takes its place."""

    start: int
    end: int
    instead: str = HIDDEN


class _Named:
    """A name and a sign, before a value. What is seldom asked for is worked out when it is.

    is_entry  name and value have names of their own: {"name": "Token", "value": "Blue"}
    """

    def __init__(self, text: str, found: re.Match[str], *, is_entry: bool = False) -> None:
        self.text, self.found, self.is_entry = text, found, is_entry

    @cached_property
    def name(self) -> str:
        """The whole name, in small letters."""
        before = self.text[max(0, self.found.start() - 100) : self.found.start()]
        return f"{before[len(before.rstrip(_IN_NAMES)):]}{self.found['name']}".lower()

    @cached_property
    def line(self) -> str:
        """What stands before the name in its line, or in the quoted text that it is in; a few hundred characters."""
        before = self.text[max(0, self.found.start() - 300) : self.found.start()].rstrip(_IN_NAMES)
        line = (before.removesuffix(self.close) if self.close else before).rpartition("\n")[2]
        return _pattern(_LINE_OR_QUOTE).split(line)[-1]

    @property
    def value(self) -> int:
        """Where the value begins."""
        return self.found.end()

    @property
    def close(self) -> str:
        """The quote after the name, as it is spelt there, or ""."""
        close: str = self.found["close"]
        return close

    @property
    def in_its_quotes(self) -> str:
        return f"{self.close}{HIDDEN}{self.close}"

    @property
    def by_colon(self) -> bool:
        sign = self.found["sign"].lower()
        return not any(equals in sign for equals in ("=", "＝", "3d", "#61", "equals")) or ":" in sign

    @property
    def is_quoted(self) -> bool:
        """Whether a quote stands before the name as well."""
        before = self.text[max(0, self.found.start() - 120) : self.found.start()]
        return _pattern(rf"{_QUOTE}$").search(before.rstrip(_IN_NAMES)[-80:]) is not None

    @property
    def begins_line(self) -> bool:
        return not self.line.strip(" \t->#$").removeprefix("export").strip()


def found_at(text: str, place: int) -> Found | None:
    """The secret whose telling word begins here, or None."""
    row = _pattern(_ROW).match(text, place)
    if row is not None:
        return _in_row(text, row)
    if _pattern(_MAY_BE_NAME).match(text, place) is None:
        return None
    for source in (_NAMED, _PAIRED, _ATTRIBUTE):
        found = _pattern(source).match(text, place)
        if found is not None:
            named = _Named(text, found, is_entry=source is not _NAMED)
            if source is _PAIRED and not named.is_quoted:
                return None
            return None if is_innocent(found["name"]) else _value(named)
    return _element(text, place)


def _in_row(text: str, row: re.Match[str]) -> Found | None:
    before = text[max(0, row.start() - 120) : row.start()].rstrip(_IN_NAMES)
    if not any(map(str.isdigit, row["value"])) or not _pattern(_BEGINS_ROW).search(before):
        return None
    return Found(row.start("value"), row.end("value"))


def is_innocent(name: str) -> bool:
    """Whether a name that begins with a telling word speaks of a secret and holds none."""
    if _pattern(_OTHER_WORDS).match(name):
        return True
    ends = _pattern(_INNOCENT).search(name)
    if ends is None or not ends.start():
        return False
    # A part of its own, as in tokenType and token_type, and not as in `tokenin`.
    first, before = name[ends.start()], name[ends.start() - 1]
    return before in "_-." or (first.isupper() and before.islower()) or len(ends[0]) > 3


def _value(named: _Named) -> Found | None:
    start = named.value
    if named.close and (newline := _pattern(rf"(?:{_NEWLINE}|\s){{1,50}}+").match(named.text, start)):
        start = newline.end()
    quoted = _pattern(_VALUE).match(named.text, start)
    if quoted is not None:
        return _quoted(named, quoted)
    return _bracketed(named, start) or _block(named) or _number(named, start) or _word(named)


def _quoted(named: _Named, opened: re.Match[str]) -> Found | None:
    start = opened.end()
    end = _end_of_quoted(named.text, opened["quote"], start)
    if end <= start or (named.name == "key" and _pattern(_HAS_VALUE).match(named.text, end)):
        return None
    return Found(start, end) if _may_be(named, named.text[start:end]) else None


def _may_be(named: _Named, value: str) -> bool:
    if _pattern(_CARD_AUTHORIZATION).search(named.name) and _pattern(_CARD_CODE).match(value):
        return False
    if named.is_entry and is_option(named.name, value):
        return False
    return named.name != "key" or _pattern(_LOOKS_SECRET).match(value) is not None


def is_option(name: str, value: str) -> bool:
    """Whether an entry of this name may be an attribute of something sold: `value` does not look like a secret."""
    return name.lower() in _OPTIONS and _pattern(_NO_WORD).match(value) is None


def _end_of_quoted(text: str, quote: str, start: int) -> int:
    """Where the value ends whose opening quote is spelt so: at the next one that means the same, at one of a text
    around this one, or with the text.

    Within n JSON texts a quote has 2^n - 1 backslashes (2^(n-1) as \\u0022); one that belongs to the value has more.
    """
    if quote == '"' and not text.startswith('""', start):
        plain = _pattern(_PLAIN).match(text, start)
        assert plain is not None  # it may be empty
        return plain.end()
    depth = len(_pattern(_ESCAPE).findall(quote))
    core = _pattern(_ESCAPE).sub("", quote)
    if not depth and text.startswith(core * 2, start):
        following = text.find(core * 3, start + 2 * len(core))
        return len(text) if following < 0 else following
    period = 4 * depth if core.startswith("u") and depth else 2 * (depth + 1)
    around = '|"' if core != '"' and depth else ""
    following_quote = _pattern(rf"(?P<escapes>{_ESCAPE}{{0,64}}+)(?:(?P<same>{re.escape(core)}){around})")
    at = start
    while found := following_quote.search(text, at):
        escapes = _pattern(_ESCAPE).findall(found["escapes"])
        if found["same"] is None or len(escapes) < depth:
            return found.start()
        at = found.end()
        if len(escapes) % period == depth:
            if core == "'" and not depth and text.startswith("'", at):
                at += 1  # '' within '…' of YAML and SQL
            else:
                return found.start("same") - sum(map(len, escapes[len(escapes) - depth :]))
    return len(text)


def _bracketed(named: _Named, start: int) -> Found | None:
    """A list or an object: everything in it, in the place of one value."""
    opened = _pattern(_LIST_OR_OBJECT).match(named.text, start)
    if opened is None or _pattern(_EMPTY).match(named.text, opened.end()):
        return None
    return Found(start, _end_of_brackets(named.text, named.close, opened.end()), named.in_its_quotes)


def _end_of_brackets(text: str, close: str, start: int) -> int:
    depth, at = 1, start
    while found := _pattern(_TOKENS).search(text, at):
        at = found.end()
        if quote := found["quote"]:
            if quote.count("\\") < close.count("\\"):
                return found.start()  # of the text around this one
            if not (close.endswith('"') and quote.endswith("'")):  # an apostrophe
                end = _end_of_quoted(text, quote, at)
                at = end + len(quote) if end < len(text) else end
        else:
            depth += 1 if found["opening"] else -1
            if not depth:
                return at
    return len(text)


def _block(named: _Named) -> Found | None:
    """YAML: the lines below the name that stand further right, also a list; after | or > or nothing."""
    header = _pattern(_BLOCK).match(named.text, named.value) if named.by_colon else None
    if header is None:
        return None
    line = _pattern(_LINE if named.text.startswith(("\n", "\r"), header.end()) else _WRITTEN_LINE)
    least, begin, end, at = _indent(named.line), -1, 0, header.end()
    while found := line.match(named.text, at):
        at, rest = found.end(), found["rest"]
        if rest.strip():
            indent = len(_pattern(_ENCODED_BLANK).sub(" ", found["indent"]))
            if indent < least or (indent == least and not rest.startswith("- ")):
                break
            begin, end = (found.start("rest") if begin < 0 else begin), at
    return Found(begin, end) if begin >= 0 else None


def _indent(line: str) -> int:
    blanks = _pattern(_ENCODED_BLANK).sub(" ", line)
    return len(blanks) - len(blanks.lstrip(" \t-"))


def _number(named: _Named, start: int) -> Found | None:
    number = _pattern(r"-?\d[\d.eE+-]*(?![\w-])").match(named.text, start) if named.close else None
    return Found(start, number.end(), named.in_its_quotes) if number else None


def _word(named: _Named) -> Found | None:
    if _pattern(_NOTHING).match(named.text, named.value):
        return None
    scheme = _pattern(_SCHEME).match(named.text, named.value)
    start = scheme.end() if scheme else named.value
    found = _pattern(_word_of(named)).match(named.text, start)
    if found is None or not (scheme or _is_secret(named, found[0])):
        return None
    return Found(start, found.end())


def _word_of(named: _Named) -> str:
    """A word ends at the separators of its spelling; a header, or a setting with blanks, with its line."""
    encoded = _pattern(r"%((?:25)*)[0-9a-f]{2}").search(named.found["sign"])
    if encoded:
        return rf"(?:(?!%{encoded[1]}(?:0[ad]|2[0267c]|3[bce]|5d|7d))[^&\s\"'<>\\;])+"
    if named.by_colon:
        return r"[^\r\n\"\\<]+" if _is_header(named) else r"[^\s,;\"'<>{}\[\]\\&]+"
    is_setting = (named.found["before"] and named.begins_line) or named.line.rstrip().endswith(";")
    return r"[^\r\n;\"'<>\\&]+" if is_setting else r"[^&\s\"'<>\\;]+"


def _is_header(named: _Named) -> bool:
    if not _pattern(_HEADERS).match(named.name):
        return False
    return not named.name.endswith("cookie") or _pattern(_COOKIE).match(named.text, named.value) is not None


def _is_secret(named: _Named, word: str) -> bool:
    """A word after a colon may be anybody's prose: it counts at the beginning of a line, or where it looks like one."""
    if not named.by_colon or named.name == "key":
        return _may_be(named, word)
    if named.line.endswith("$"):
        return False  # a variable of GraphQL and its type
    if _is_header(named):
        return len(word) >= 6
    has_digit = any(map(str.isdigit, word))
    if not named.found["after"]:
        return len(word) >= 8 and has_digit
    if named.name in _SHORT:
        return named.begins_line
    return len(word) >= 6 and (named.begins_line or has_digit or not word.isalpha() or len(word) > 20)


def _element(text: str, place: int) -> Found | None:
    """<AccessToken type="x">…</AccessToken>"""
    found = _pattern(_ELEMENT).match(text, place)
    before = text[max(0, place - 160) : place].rstrip(_IN_NAMES)
    if found is None or is_innocent(found["name"]) or not _pattern(_IN_A_TAG).search(before):
        return None
    content = _pattern(_CONTENT).match(text, found.end())
    if content is None or not content[0].strip() or not _may_be(_Named(text, found), content[0].strip()):
        return None
    return Found(content.start(), content.end())
