"""Where webhooks may be sent: Shopify's refusals of a subscription's address.

HTTPS addresses, Google Pub/Sub (``pubsub://project:topic``) and Amazon EventBridge partner event sources.
Plain http is allowed for loopback addresses only, and only in a simulator started for that.
Source: recorded refusals; Google Cloud: resource names of projects and topics. Border: text in, sentences out.
"""
from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from local.shopify.apps import is_loopback

ARN = re.compile(r"arn:aws:events:[\w-]+::event-source/aws\.partner/shopify\.com(?:\.test)?/(\d+)/[\w.-]+")
PROJECT = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
TOPIC = re.compile(r"(?!goog)[A-Za-z][\w.~+%-]{2,254}")
OUR_HOSTS = ("myshopify.com", "shopify.com", "shopifycloud.com")
INVALID = "Address is invalid"


def kind_of(address: str) -> str:
    """http, eventbridge or pubsub."""
    return "eventbridge" if address.startswith("arn:") else "pubsub" if address.startswith("pubsub:") else "http"


def address_problems(address: str, app_number: int, *, allow_loopback: bool) -> list[str]:
    """What is wrong with an address, in Shopify's words; [] when it may be used."""
    if not address.strip():
        return ["Address can't be blank"]
    if address.startswith("arn:"):
        return arn_problems(address, app_number)
    scheme, separator, rest = address.partition("://")
    if scheme == "pubsub":
        return _pubsub_problems(rest)
    if scheme == "kafka":
        return ["Address protocol kafka:// is not supported", "Address is not a valid kafka topic"]
    if not separator:
        return [INVALID]
    return _web_problems(address, scheme, allow_loopback)


def arn_problems(arn: str, app_number: int) -> list[str]:
    """What is wrong with an EventBridge ARN; it embeds the app's own number."""
    found = ARN.fullmatch(arn)
    if not found:
        return [INVALID, "Address is not a valid AWS ARN"]
    if int(found[1]) != app_number:
        return [INVALID, f"Address is an AWS ARN and includes api_client_id '{found[1]}' instead of '{app_number}'"]
    return []


def _pubsub_problems(rest: str) -> list[str]:
    project, colon, topic = rest.partition(":")
    if not colon:
        return ["Address protocol pubsub:// is not supported",
                "Address is not a valid GCP pub/sub format. Format should be pubsub://project:topic"]
    if not PROJECT.fullmatch(project):
        return [INVALID, "Address is not a valid GCP project id."]
    if not TOPIC.fullmatch(topic):
        return [INVALID, "Address is not a valid GCP topic id."]
    return []


def _web_problems(address: str, scheme: str, allow_loopback: bool) -> list[str]:
    if allow_loopback and scheme in ("http", "https") and is_loopback(address):
        return []
    if scheme != "https":
        return [f"Address protocol {scheme}:// is not supported"]
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not host or " " in address:
        return [INVALID]
    if is_loopback(address) or _is_internal(host):
        return ["Address cannot be a Shopify or an internal domain"]
    return []


def _is_internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.endswith((".local", ".internal")) or any(host == o or host.endswith(f".{o}") for o in OUR_HOSTS)
