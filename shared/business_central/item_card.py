"""The tariff number of an item, by way of page 30, Item Card, published as a web service.

Rules: Microsoft Learn, "Publishing pages as web services"; page 30: key `No`, property `Tariff_No`, which has to be
in the table Tariff Number. Numbers are compared by their digits, since they are written with and without separators.
A number that Business Central does not know leaves the one that is there.
Border: knows this one property; which number it should have is decided in products/tariffs.py.
"""

from __future__ import annotations

import logging
import re

from shared.business_central.answers import Answer
from shared.business_central.client import BusinessCentral
from shared.business_central.plan import Body
from shared.business_central.refusals import RowChanged, Written, refusal
from shared.business_central.retries import Failure
from shared.business_central.wire import Row
from shared.errors import ConnectorError, RecordRefused
from shared.shops.card_fields import caption
from shared.texts import as_said, sentence

log = logging.getLogger(__name__)

_PROPERTIES = "No,Tariff_No"
_TRIES = 4
_ANOTHER_REASON = ("Internal_RecordNotFound", "Internal_CompanyNotFound")


def tariff_body(tariff: str) -> Body:
    """What is sent to the Item Card to set this number."""
    return {"Tariff_No": tariff}


def set_tariff_number(bc: BusinessCentral, service: str, item: str, tariff: str) -> bool:
    """Give the item this tariff number (digits); False when it has it, or Business Central does not know it.

    `service` is the name the Item Card is published under. Raises RecordRefused: "web-service-missing" when there is
    no such service or it is another page; "record-refused" for the rest, as RowChanged when the item keeps changing.
    """
    card = bc.web_service(service)
    for tries in range(_TRIES):
        row = _good(card.read(item, _PROPERTIES), service)
        if _digits(row.get("Tariff_No")) == tariff:
            # Set at an earlier try whose answer was lost.
            return tries > 0
        answer = card.change(item, tariff_body(tariff), str(row.get("@odata.etag", "")))
        if answer.failure is None:
            return True
        if _is_unknown(answer.failure):
            log.warning("item %s keeps its tariff number: Business Central does not know %s", item, tariff)
            return False
        problem = _problem(answer.failure, service)
        if not isinstance(problem, RowChanged):
            raise problem
    raise problem


def has_tariff_number(bc: BusinessCentral, service: str, item: str, tariff: str) -> bool:
    """Whether the item shows this tariff number (digits) already. Raises as set_tariff_number does."""
    row = _good(bc.web_service(service).read(item, _PROPERTIES), service)
    return _digits(row.get("Tariff_No")) == tariff


def check_item_card(bc: BusinessCentral, service: str) -> ConnectorError | None:
    """Why tariff numbers cannot be kept through this service; None when they can be."""
    failure = bc.web_service(service).probe(_PROPERTIES).failure
    return _problem(failure, service) if failure else None


def _good(answer: Answer, service: str) -> Row:
    if answer.failure is not None:
        raise _problem(answer.failure, service)
    row: Row = answer.value
    return row


def _problem(failure: Failure, service: str) -> ConnectorError:
    """The item itself is fine: whatever this page refuses concerns its tariff number alone."""
    if _is_not_published(failure):
        reason = as_said(failure.message) if failure.message else sentence("answer {status}", status=failure.status)
        return RecordRefused("web-service-missing", sentence(
            "{setting} {service}: {reason}", setting=caption("item_card_service"), service=service, reason=reason))
    return refusal(failure, Written(service))


def _is_not_published(failure: Failure) -> bool:
    """No such address, no such property, OData switched off (405), or not for us; but not a row that is missing."""
    if failure.status == 400:
        return "Tariff_No" in failure.message and failure.code.startswith("BadRequest")
    return failure.status in (403, 405) or (failure.status == 404 and failure.code not in _ANOTHER_REASON)


def _is_unknown(failure: Failure) -> bool:
    related = re.search(r"related table|table (?:associée|liée)", failure.message)
    return failure.code == "Internal_InvalidTableRelation" or (failure.status == 400 and related is not None)


def _digits(number: object) -> str:
    return re.sub(r"[^0-9]", "", str(number or ""))
