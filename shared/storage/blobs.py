"""Blob storage: whole blobs in and out. Containers are made at the first write."""
from __future__ import annotations

from collections.abc import Sequence

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContentSettings

_BLOBS_A_CALL = 256


class Blobs:
    """The containers of the storage account."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._service = service

    def write(self, container: str, name: str, data: bytes, content_type: str) -> None:
        """Write one blob, replacing what is there."""
        blob = self._service.get_blob_client(container, name)
        settings = ContentSettings(content_type=content_type)
        try:
            blob.upload_blob(data, overwrite=True, content_settings=settings)
        except ResourceNotFoundError:
            self._make(container)
            blob.upload_blob(data, overwrite=True, content_settings=settings)

    def read(self, container: str, name: str) -> bytes | None:
        """The blob's bytes, or None."""
        try:
            return self._service.get_blob_client(container, name).download_blob().readall()
        except ResourceNotFoundError:
            return None

    def names(self, container: str, prefix: str = "") -> list[str]:
        """The names of the blobs in the container that begin with `prefix`, sorted; none if it does not exist."""
        try:
            found = self._service.get_container_client(container).list_blob_names(name_starts_with=prefix or None)
            return sorted(found)
        except ResourceNotFoundError:
            return []

    def remove(self, container: str, names: Sequence[str]) -> None:
        """Remove these blobs, 256 a call; missing ones are fine."""
        client = self._service.get_container_client(container)
        for start in range(0, len(names), _BLOBS_A_CALL):
            client.delete_blobs(*names[start : start + _BLOBS_A_CALL], raise_on_any_failure=False)

    def containers(self, prefix: str) -> list[str]:
        """The containers that exist and whose name begins with `prefix`, sorted."""
        return sorted(found.name for found in self._service.list_containers(name_starts_with=prefix))

    def drop(self, container: str) -> None:
        """Remove a container with all its blobs; a missing one is fine."""
        try:
            self._service.delete_container(container)
        except ResourceNotFoundError:
            return

    def _make(self, container: str) -> None:
        try:
            self._service.create_container(container)
        except ResourceExistsError:
            pass  # somebody else was quicker
