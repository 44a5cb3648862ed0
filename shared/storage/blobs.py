"""Blob storage: whole blobs in and out. Containers are made at the first write. Storage that does not answer at
last is ServiceUnavailable storage-unavailable (retries.py)."""
from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from azure.storage.blob import BlobPrefix, BlobServiceClient, ContentSettings

from shared.storage.retries import IsThere, NotThere, Retries

_BLOBS_A_CALL = 256


class Blobs:
    """The containers of the storage account."""

    def __init__(self, service: BlobServiceClient, retries: Retries) -> None:
        self._service, self._retries = service, retries

    def write(self, container: str, name: str, data: bytes, content_type: str) -> None:
        """Write one blob, replacing what is there."""
        blob = self._service.get_blob_client(container, name)
        settings = ContentSettings(content_type=content_type)

        def upload() -> None:
            blob.upload_blob(data, overwrite=True, content_settings=settings)

        try:
            self._retries.ask(upload)
        except NotThere:
            self._make(container)
            self._retries.ask(upload)

    def read(self, container: str, name: str) -> bytes | None:
        """The blob's bytes, or None."""
        try:
            return self._retries.ask(lambda: self._service.get_blob_client(container, name).download_blob().readall())
        except NotThere:
            return None

    def names(self, container: str, prefix: str = "") -> list[str]:
        """The names of the blobs in the container that begin with `prefix`, sorted; none if it does not exist."""
        client = self._service.get_container_client(container)
        try:
            return self._retries.ask(lambda: sorted(client.list_blob_names(name_starts_with=prefix or None)))
        except NotThere:
            return []

    def folders(self, container: str, prefix: str = "") -> list[str]:
        """What follows `prefix` in the names up to the next /, sorted; one call, however many blobs they hold."""
        client = self._service.get_container_client(container)
        try:
            found = self._retries.ask(lambda: list(client.walk_blobs(name_starts_with=prefix or None)))
        except NotThere:
            return []
        return sorted(one.name.removeprefix(prefix).rstrip("/") for one in found if isinstance(one, BlobPrefix))

    def remove(self, container: str, names: Sequence[str]) -> None:
        """Remove these blobs, 256 a call; missing ones are fine."""
        client = self._service.get_container_client(container)
        for start in range(0, len(names), _BLOBS_A_CALL):
            some = names[start : start + _BLOBS_A_CALL]
            self._retries.ask(partial(client.delete_blobs, *some, raise_on_any_failure=False))

    def containers(self, prefix: str) -> list[str]:
        """The containers that exist and whose name begins with `prefix`, sorted."""
        return self._retries.ask(
            lambda: sorted(found.name for found in self._service.list_containers(name_starts_with=prefix))
        )

    def drop(self, container: str) -> None:
        """Remove a container with all its blobs; a missing one is fine."""
        try:
            self._retries.ask(lambda: self._service.delete_container(container))
        except NotThere:
            return

    def _make(self, container: str) -> None:
        try:
            self._retries.ask(lambda: self._service.create_container(container))
        except IsThere:
            pass  # somebody else was quicker
