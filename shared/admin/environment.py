"""The environment: may it call out, and how does the app stand."""
from __future__ import annotations

import msgspec

from shared.connector import Connector
from shared.shopify.api_version import version_warning
from shared.shopify.client import API_VERSION
from shared.texts import Sentence


class EnvironmentView(msgspec.Struct, frozen=True, kw_only=True):
    """api_version: Shopify's, and a warning while its end is near."""

    environment: str
    allow_http_requests: bool
    api_version: str
    api_version_warning: Sentence | None


def get_environment(connector: Connector) -> EnvironmentView:
    """As it is now."""
    return EnvironmentView(
        environment=connector.settings.environment, allow_http_requests=connector.permission.allowed(),
        api_version=API_VERSION, api_version_warning=version_warning(API_VERSION, connector.clock.now()),
    )


def set_environment(connector: Connector, allow_http_requests: bool, *, by: str) -> EnvironmentView:
    """Allow calls to Shopify and Business Central, or forbid them."""
    with connector.operations.recorded("set_environment", by=by) as operation:
        before = connector.permission.allowed()
        connector.permission.allow(allow_http_requests, by=by)
        operation.changed({"allow_http_requests": before}, {"allow_http_requests": allow_http_requests})
    return get_environment(connector)
