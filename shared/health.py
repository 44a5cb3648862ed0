"""How every shop stands, told to the telemetry every quarter of an hour: the alerts and queries read it.

One line a type (how far it has come, what is skipped) and one a shop (its access). The last line says that the
report was made, so that its absence tells of an app that stands still. See docs/observability.md.
"""
from __future__ import annotations

import logging
from collections import Counter

from shared.clock import from_iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.telemetry import about, record

_log = logging.getLogger(__name__)


def report_health(connector: Connector) -> int:
    """Tell how every shop stands; the number of shops."""
    shops = connector.shops.codes()
    for shop in shops:
        with about(shop=shop):
            try:
                card = connector.shops.get(shop)
                _tell_types(connector, card)
                _tell_access(connector, card)
            except ConnectorError as problem:
                _log.warning("it cannot be told how shop %s stands: %s", shop, problem)
            except Exception:  # a row that nobody can read must not hide how the other shops stand
                _log.exception("it cannot be told how shop %s stands", shop)
    record("health", shops=len(shops))
    return len(shops)


def _tell_types(connector: Connector, card: ShopCard) -> None:
    skipped = Counter(one.type for one in connector.skipped.of(card.code) if not one.dismissed_at and not one.left_out)
    obstacle = _obstacle(connector, card.code)
    for type, info in connector.informations.of(card.code).items():
        with about(type=type):
            record(
                "watermark", enabled=card.enabled, last_sync_time=info.last_sync_time or None,
                age_seconds=_age(connector, info.last_sync_time), running=bool(info.run_until),
                why=obstacle or str(info.last_outcome), skipped=skipped[type],
            )


def _tell_access(connector: Connector, card: ShopCard) -> None:
    access = connector.tokens.described(card.code)
    age = _age(connector, str(access["until"] or ""))
    record(
        "shop", enabled=card.enabled, paused=connector.tokens.connections.paused(card.code),
        access=access["state"], reason=access["reason"], access_ends_in_days=None if age is None else -age / 86400,
    )


def _obstacle(connector: Connector, shop: str) -> str:
    """Code of what keeps the whole shop from being synchronized; "" if nothing is known to."""
    paused = connector.tokens.connections.get(shop).reason
    (latest,) = connector.runs.latest(shop, limit=1) or (None,)
    return paused or (latest.error_code if latest is not None and latest.state == "failed" else "")


def _age(connector: Connector, time: str) -> float | None:
    return (connector.clock.now() - from_iso(time)).total_seconds() if time else None
