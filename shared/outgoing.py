"""Connections to other services, with the environment's proxies and certificates looked up once for each host.

requests looks for a .netrc, for proxies and for certificates at every request (requests, "Session.trust_env"): several
per cent of what a call costs, for answers that do not change while a process runs. A .netrc is not read at all: whoever
calls brings the authorization himself. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE and
CURL_CA_BUNDLE are honoured as requests does.
"""
from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies


class Session(requests.Session):
    """A session of requests; what is set later than the first request to a host is not seen."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self._proxies: dict[tuple[str, str], dict[str, str]] = {}
        self._certificates = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """How a request to this address is sent: with the proxies and certificates of the environment, unless told."""
        parts = urlsplit(str(url))
        host = (parts.scheme, parts.netloc)
        if host not in self._proxies:
            self._proxies[host] = get_environ_proxies(str(url))
        verify = self._certificates if verify in (None, True) else verify
        return super().merge_environment_settings(url, {**self._proxies[host], **(proxies or {})}, stream, verify, cert)
