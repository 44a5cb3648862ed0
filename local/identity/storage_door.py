"""A storage account that takes tokens only, in front of the emulator, which on tables takes none: bearer in, key out.

Rules: Microsoft Learn, "Authorize with Microsoft Entra ID" (REST): a token for https://storage.azure.com, over HTTPS,
with x-ms-version 2017-11-09 or later; 401 with a challenge without one, 401 for one of another
audience or that has expired, 403 AuthorizationPermissionMismatch without a role on the service. Behind it "Authorize
with Shared Key", and addresses in the emulator's form: the account stands in the path, not in the host. Border: rights
are whole services; roles on single containers are not known.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Collection
from email.utils import formatdate
from urllib.parse import parse_qsl

from local.identity.endpoint import STORAGE
from local.storage_proxy import Refused, Request

FIRST_VERSION = "2017-11-09"
_CHALLENGE = ("Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize "
              f"resource_id={STORAGE}")  # fmt: skip
_SIGNED = ("Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date",
           "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range")  # fmt: skip
_ADDRESS_IN_BATCH = re.compile(rb"https://(\w+)\.table\.core\.windows\.net/")
_PART_OF_BATCH = re.compile(rb"(?m)^(DELETE|PUT) (/\S*) HTTP/1\.1\r\n((?:[^\r\n]+\r\n)*)")


class TokensOnly:
    """The keeper of the door: what comes with a good token goes on, re-addressed and signed with the account's key."""

    def __init__(self, account: str, key: str, resource_of: Callable[[str], str | None]) -> None:
        """`resource_of` says for which resource an Authorization header is good."""
        self._account, self._key, self._resource_of = account, base64.b64decode(key), resource_of
        self.roles: Collection[str] = ("Blob", "Queue", "Table")

    def __call__(self, request: Request) -> Request:
        """The request as the emulator wants it; Refused as Azure would."""
        self._check(request)
        body = request.body
        if request.service == "Table":
            body = _ADDRESS_IN_BATCH.sub(rb"http://127.0.0.1/\1/", body)
        elif "comp=batch" in request.path:
            body = _PART_OF_BATCH.sub(self._part, body)
        # Without its host the emulator would look for the account there, and not in the path.
        headers = {name: value for name, value in request.headers.items()
                   if name.lower() not in ("authorization", "host")}  # fmt: skip
        if body:
            headers["Content-Length"] = str(len(body))
        return self._signed(request._replace(path=f"/{self._account}{request.path}", headers=headers, body=body))

    def _check(self, request: Request) -> None:
        resource = self._resource_of(request.header("Authorization"))
        if resource != STORAGE:
            code = "InvalidAuthenticationInfo" if request.header("Authorization") else "NoAuthenticationInformation"
            raise Refused(401, code, {"WWW-Authenticate": _CHALLENGE})
        if request.header("x-ms-version") < FIRST_VERSION:
            raise Refused(403, "AuthenticationFailed")
        if request.service not in self.roles:
            raise Refused(403, "AuthorizationPermissionMismatch")

    def _part(self, found: re.Match[bytes]) -> bytes:
        """One request within a batch of blobs: it brings an authorization of its own."""
        lines = found[3].decode("latin-1").splitlines()
        headers = dict(line.split(": ", 1) for line in lines if not line.lower().startswith("authorization:"))
        method, path = found[1].decode(), f"/{self._account}{found[2].decode()}"
        signed = self._signed(Request("Blob", method, path, headers, b""))
        text = "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items())
        return f"{method} {path} HTTP/1.1\r\n{text}".encode("latin-1")

    def _signed(self, request: Request) -> Request:
        headers = dict(request.headers)
        if not request.header("x-ms-date"):
            headers["x-ms-date"] = formatdate(usegmt=True)
        request = request._replace(headers=headers)
        scheme, text = ("SharedKeyLite", _of_tables) if request.service == "Table" else ("SharedKey", _of_blobs)
        digest = hmac.new(self._key, text(self._account, request).encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"{scheme} {self._account}:{base64.b64encode(digest).decode()}"
        return request


def _of_tables(account: str, request: Request) -> str:
    """The string to sign of tables (SharedKeyLite)."""
    path, _, query = request.path.partition("?")
    comp = dict(parse_qsl(query)).get("comp")
    return f"{request.header('x-ms-date')}\n/{account}{path}" + (f"?comp={comp}" if comp else "")


def _of_blobs(account: str, request: Request) -> str:
    """The string to sign of blobs and queues (SharedKey)."""
    path, _, query = request.path.partition("?")
    values = [request.header(name) for name in _SIGNED]
    values[2] = "" if values[2] == "0" else values[2]
    values[5] = ""  # x-ms-date takes its place
    own = sorted((name.lower(), value.strip()) for name, value in request.headers.items()
                 if name.lower().startswith("x-ms-"))  # fmt: skip
    parameters = sorted((name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True))
    return "\n".join([
        request.method, *values, *(f"{name}:{value}" for name, value in own),
        f"/{account}{path}" + "".join(f"\n{name}:{value}" for name, value in parameters),
    ])  # fmt: skip
