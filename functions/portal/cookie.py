"""The one cookie of the portal: the chosen language, what forms are known by, and a word for the next page.

Source: RFC 6265bis, "The __Host- Prefix" (over https only); OWASP, "Cross-Site Request Forgery Prevention", double
submit. Border: nothing secret but the forms' token, which is random; who somebody is, App Service's own cookie says.
"""
from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

import msgspec

from shared.json_text import decoded

_SECONDS = 365 * 86_400
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Notice(msgspec.Struct, frozen=True):
    """What is told once, on the next page: the name of a sentence in notices.html, and its values."""

    name: str
    values: dict[str, str | int] = {}


class Kept(msgspec.Struct, frozen=True):
    """What the browser keeps for us. form: with which our forms come back; language: "" = as the browser asks."""

    form: str
    language: str = ""
    notice: Notice | None = None


def kept(headers: Mapping[str, str], *, https: bool) -> Kept:
    """What the browser sent back; with a new token where there is none, or what is there is not ours."""
    try:
        cookies: SimpleCookie = SimpleCookie(headers.get("Cookie", ""))
        found = decoded(urlsafe_b64decode(cookies[_name(https)].value + "=="), type=Kept)
    except (CookieError, KeyError, ValueError, msgspec.MsgspecError):
        return Kept(secrets.token_hex(16))
    return found if _TOKEN.fullmatch(found.form) else msgspec.structs.replace(found, form=secrets.token_hex(16))


def uses_the_portal(headers: Mapping[str, str]) -> bool:
    """Whether this browser has the cookie, as any that opened a page of the portal."""
    names = {part.strip().partition("=")[0] for part in headers.get("Cookie", "").split(";")}
    return bool(names & {_name(True), _name(False)})


def cookie(keep: Kept, *, https: bool) -> str:
    """The header Set-Cookie. Lax: the way back from Shopify and from the sign-in is a navigation from elsewhere."""
    value = urlsafe_b64encode(msgspec.json.encode(keep)).decode().rstrip("=")
    return f"{_name(https)}={value}; Max-Age={_SECONDS}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if https else ''}"


def _name(https: bool) -> str:
    return "__Host-portal" if https else "portal"
