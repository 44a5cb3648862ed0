"""Blob storage: whole blobs in and out. Containers are made at the first write."""
from __future__ import annotations

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, ContentSettings


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

    def _make(self, container: str) -> None:
        try:
            self._service.create_container(container)
        except ResourceExistsError:
            pass  # somebody else was quicker
