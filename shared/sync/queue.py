"""The queue of sync jobs: what a message says, and who may put one there.

Whoever asks for a run needs nothing of what carries it out (run.py): a webhook is answered in a function that has just
been started.
"""
from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import msgspec

from shared.connector import Connector
from shared.errors import ConnectorError
from shared.json_text import decoded
from shared.settings import SYNC_FUNCTION
from shared.shops.card import ShopCard
from shared.sync.shop_lease import check_free
from shared.texts import sentence

QUEUE = "sync-jobs"


class SyncJob(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the queue. `run` is set when a run goes on.

    types         all of them if there are none; a message calls them kinds, as versions before did
    asked         somebody asked for it: where the shop is busy it waits for its turn
    only_changed  woken by webhooks: read what they announced, by id, and no span of time
    created_since, created_until  a back-fill: the orders created in this span, and nothing else
    looks_at      the run waits for Shopify, and this is its turn to look; of two messages for one turn one does nothing
    """

    shop: str
    started_by: str
    run: str = ""
    types: tuple[str, ...] = msgspec.field(default=(), name="kinds")
    asked: bool = False
    only_changed: bool = False
    created_since: str = ""
    created_until: str = ""
    looks_at: str = ""


def request_sync(connector: Connector, shop: str, *, started_by: str, types: Sequence[str] = ()) -> None:
    """Put a job on the queue; refuses at once what cannot run, and what is on its way already.

    ConnectorError: shop-unknown, shop-disabled, queue-switched-off, sync-already-running, http-requests-not-allowed,
    what AccessTokens.check raises, input-invalid for an unknown type.
    """
    card = connector.shops.get(shop)
    names = connector.types.names
    if wrong := [type for type in types if type not in names]:
        raise ConnectorError("input-invalid", sentence(
            "types: {type} is not one of {names}", type=repr(wrong[0][:50]), names=', '.join(names)))
    check_ready(connector, card)
    if SYNC_FUNCTION in connector.settings.switched_off:
        raise ConnectorError("queue-switched-off", sentence(
            "The setting {setting} is true.", setting=f"AzureWebJobs.{SYNC_FUNCTION}.Disabled"))
    check_free(connector, shop)
    with connector.asked_runs.claimed(shop, types or names) as ours:
        if not ours:
            raise ConnectorError("sync-already-running", sentence(
                "a synchronization of shop {code} is on its way", code=shop))
        send(connector, SyncJob(shop=shop, started_by=started_by, types=tuple(types), asked=True))


def request_sync_of_all_shops(connector: Connector) -> list[str]:
    """Put a job on the queue for every enabled shop that is not paused; the shops' codes.

    None waits for what another one's card or connection is like: how late a shop is must not depend on its neighbours.
    """
    paused = connector.tokens.connections.all_paused()
    shops = [shop for shop in connector.shops.enabled() if shop not in paused]
    connector.storage.queues.send_all(QUEUE, (_written(SyncJob(shop=shop, started_by="schedule")) for shop in shops))
    return shops


def request_changed(connector: Connector, shop: str) -> None:
    """Wake the shop's job for what webhooks announced: one message for all notices of some seconds."""
    job = SyncJob(shop=shop, started_by="webhook", only_changed=True)
    connector.waking.wake(shop, lambda seconds: send(connector, job, seconds))


def request_look(connector: Connector, shop: str, operation: str) -> bool:
    """Let the run that waits for a bulk operation look at it now; False if none does."""
    run = connector.runs.waiting_for(shop, operation)
    if run is None:
        return False
    send(connector, SyncJob(
        shop=shop, started_by=str(run.started_by), run=run.id, types=tuple(run.types), looks_at=run.looks_at))
    return True


def check_ready(connector: Connector, card: ShopCard) -> None:
    """Whether the shop may be synchronized; ConnectorError shop-disabled, http-requests-not-allowed, and what
    AccessTokens.check raises."""
    if not card.enabled:
        raise ConnectorError("shop-disabled", sentence("shop {shop} is not enabled", shop=card.code))
    connector.permission()
    connector.tokens.check(card.code, card.host)


def send(connector: Connector, job: SyncJob, delay_seconds: float = 0) -> None:
    """Put a job on the queue, to be taken after so many seconds at the earliest."""
    connector.storage.queues.send(QUEUE, _written(job), delay_seconds=ceil(delay_seconds))


def job_in(message: bytes) -> SyncJob:
    """The job of a message, also of one that a version before wrote: that said of a back-fill, behind who asked for it,
    that it is one."""
    job = decoded(message, type=SyncJob)
    return msgspec.structs.replace(job, started_by=job.started_by.removesuffix(", back-fill"))


def _written(job: SyncJob) -> str:
    return msgspec.json.encode(job).decode()
