"""Secrets that stand apart from their telling name: no sign is between the two, but their places say what they are.

A part of a form (name="client_secret", the value two lines below), an entry of YAML or XML with a name and a value of
its own, a flag of a command line with its argument, and a word beside the name that nobody would say: in a sentence, a
row of a table, a traceback. Sources: RFC 7578 (multipart/form-data), POSIX, Utility Conventions (12.1), PowerShell's
parameters. What a name and a sign introduce is named_secrets.py's. Pure; each place is looked at once, and no further
than a line or the value.
"""
from __future__ import annotations

import re
from functools import cache

from shared.journal.named_secrets import Found, is_innocent, is_option

_LONGEST_NAME = 100
_IN_NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_REST = r"(?P<name>[\w.-]{0,100}+)"
_NEWLINE = r"(?:\r?\n|(?:\\{1,64}+r)?\\{1,64}+n)"

_PART = (
    rf"{_REST}\\{{0,64}}+[\"'](?:;[^\r\n\\]{{0,200}}+)?{_NEWLINE}(?:[\w-]{{1,50}}:[^\r\n\\]{{0,200}}+{_NEWLINE}){{0,9}}"
    rf"{_NEWLINE}(?P<value>(?!--)[^\r\n\\]+)"
)
_BEFORE_PART = r"\bname=\\{0,64}[\"']$"

_YAML_ENTRY = (
    rf"{_REST}[\"']?[ \t]{{0,20}}{_NEWLINE}[ \t]{{0,40}}[\"']?value[\"']?:[ \t]{{1,9}}[\"']?(?P<value>[^\r\n\"'\\]+)"
)
_BEFORE_ENTRY = r"\b(?:name|key)[\"']?:[ \t]{1,9}[\"']?$"

_XML_SETTING = (
    rf"{_REST}[\"'][^<>]{{0,200}}>\s{{0,60}}<(?:[\w.-]{{1,50}}:)?val(?:ue)?(?:\s[^<>]{{0,200}})?>(?P<value>[^<]+)"
)
_BEFORE_SETTING = r"\b(?:name|key)=[\"']$"

_QUOTED = r"(?P<quote>[\"'])(?P<quoted>[^\"'\r\n]{4,2000}+)(?P=quote)"
_ARGUMENT = (
    rf"{_REST}(?:[\"']\s{{0,9}},\s{{0,9}}(?={_QUOTED.replace('quote', 'listed')})|[ \t]{{1,9}})"
    rf"(?:{_QUOTED}|(?P<value>[^\s\"'=:,;.(){{}}<>\[\]-][^\s\"'(){{}}<>\[\]]{{5,}}+))"
)
_FLAG = r"(?:^|[\s\"'`(\[])--?[A-Za-z]"
"""--token, -Password: one that a blank or a quote stands before."""

_MARK = r"(?:\\{0,64}+[\"'`])?"
_BESIDE = (
    rf"{_REST}{_MARK}(?:[ \t]{{1,20}}(?:is|was|of|value|has)\b){{0,2}}[ \t]{{0,20}}[|,\t ][ \t]{{0,20}}{_MARK}"
    r"(?P<value>(?-i:(?=[\w+/=.~!-]*\d)(?=[\w+/=.~!-]*[a-z])(?=[\w+/=.~!-]*[A-Z]))[\w+/=.~!-]{16,2000}+"
    r"|[0-9a-f]{32,2000}+)(?![\w@:])"
)
"""Nobody says such a word: small letters, capitals and digits, or a long number in base 16."""

_MAY_STAND_APART = r"[\w.-]{0,100}+(?:\\|[\"'`]?[ \t]{0,20}+(?:[\"'|,\t;>\r\n]|(?<=[ \t])[^\s:=]))"
"""What has to follow the name; asked first, because it is asked fast."""


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Compiled when first needed: all at once cost a start of the app more than its imports."""
    return re.compile(source, re.I)


def found_apart(text: str, place: int) -> Found | None:
    """The secret that stands apart from the name whose telling word begins here, or None."""
    if _pattern(_MAY_STAND_APART).match(text, place) is None:
        return None
    before = text[max(0, place - _LONGEST_NAME - 60) : place]
    start = before.rstrip(_IN_NAMES)
    for source, leads in ((_PART, _BEFORE_PART), (_YAML_ENTRY, _BEFORE_ENTRY), (_XML_SETTING, _BEFORE_SETTING)):
        found = _pattern(source).match(text, place) if _pattern(leads).search(start) else None
        if found is not None:
            return _found(found, f"{before[len(start):]}{found['name']}")
    return _argument(text, place, before[len(start) - 1 if start else 0 :]) or _beside(text, place)


def _found(found: re.Match[str], name: str) -> Found | None:
    if is_innocent(found["name"]) or is_option(name, found["value"].strip()):
        return None
    return Found(found.start("value"), found.end("value"))


def _argument(text: str, place: int, before: str) -> Found | None:
    """`before`: the beginning of the name, and the sign before it."""
    if _pattern(_FLAG).match(f"{before}x") is None:
        return None
    found = _pattern(_ARGUMENT).match(text, place)
    if found is None or is_innocent(found["name"]):
        return None
    part = "quoted" if found["quote"] else "value"
    return Found(found.start(part), found.end(part))


def _beside(text: str, place: int) -> Found | None:
    found = _pattern(_BESIDE).match(text, place)
    if found is None or is_innocent(found["name"]):
        return None
    return Found(found.start("value"), found.end("value"))
