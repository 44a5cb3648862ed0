"""What a person's browser does at Shopify: open the consent page, press *Install*, be sent back.

Reads the page's form instead of knowing it, so that it shows whatever the page asks for. Border: one
page, one form, one redirect; following the redirect is the caller's business.
"""
from __future__ import annotations

from html.parser import HTMLParser

import requests


class _Form(HTMLParser):
    """Fields of the first form of a page, the checked boxes as lists."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if tag == "input" and name:
            self.fields.setdefault(name, []).append(given.get("value") or "")


def install(authorize_url: str, **changes: str | list[str]) -> str:
    """Agree on the consent page; the address that Shopify sends the browser to.

    `changes` replace fields of the form, e.g. grant=["read_orders"], shop="another.myshopify.com".
    ValueError with the page's status when there is no way back.
    """
    with requests.Session() as session:
        page = session.get(authorize_url, timeout=30)
        form = _Form()
        form.feed(page.text)
        fields = {**form.fields, "decision": ["install"], **changes}
        answer = session.post(authorize_url.split("?")[0], data=fields, timeout=30, allow_redirects=False)
    if answer.status_code != 302:
        raise ValueError(f"Shopify answered {answer.status_code} to the consent: {answer.text[:300]}")
    return answer.headers["Location"]
