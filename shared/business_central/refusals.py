"""Business Central's refusals put into our catalogue: (status, code, message, what was written) -> exception.

Rules: Microsoft Learn, "Web services error codes"; the texts of AL errors in microsoft/BCApps. We ask for
English, but a tenant may answer in French all the same, so the families an operator meets most are
known in both languages. The first row of a table that fits decides.
Its own words stay as it said them; ours around them are the reader's.
Border: pure; what to repeat is decided in retries.py. A refusal of this one record is a RecordRefused,
also where the fault is ours: one bad record must not stop a run. Sign-in and company are ConnectorErrors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from shared.business_central.retries import NOT_ITS_OWN, Failure
from shared.errors import ConnectorError, RecordRefused, ServiceUnavailable
from shared.texts import Sentence, Text, as_said, sentence


class AlreadyExists(RecordRefused):
    """A row with this key is there: find it and take it over."""


class RowChanged(RecordRefused):
    """Somebody changed the row since we read it: read it again."""


class RowGone(RecordRefused):
    """The row to change is no longer there."""


class Written(NamedTuple):
    """What the refused request was about: an entity set (or path) and the body that was sent."""

    entity_set: str = ""
    body: Mapping[str, Any] = {}


class _Case(NamedTuple):
    failure: Failure
    written: Written
    parts: Mapping[str, str]

    @property
    def said(self) -> Sentence:
        message, status = self.failure.message, self.failure.status
        return as_said(message) if message else sentence(
            "Business Central answered {status} without a reason.", status=status)


_Reading = Callable[[_Case], ConnectorError]


def refusal(failure: Failure, written: Written) -> ConnectorError:
    """The exception that says this refusal in our words; to be raised by the caller."""
    for code, pattern, reading in _RULES:
        found = re.search(pattern, failure.message, re.IGNORECASE | re.DOTALL)
        if found and fnmatchcase(failure.code, code):
            parts = {name: text for name, text in found.groupdict().items() if text is not None}
            return reading(_Case(failure, written, parts))
    return _STATUSES.get(failure.status, _refused)(_Case(failure, written, {}))


# What was refused: each reading turns a case into an exception.


def _as(problem: str) -> _Reading:
    """Business Central's own sentence under this code of the catalogue."""
    return lambda case: RecordRefused(problem, case.said)


_refused = _as("record-refused")


def _our_bug(case: _Case) -> ConnectorError:
    return RecordRefused("bc-request-invalid", sentence(
        "{request}: {reason}", request=case.written.entity_set or sentence("Request"), reason=case.said))


def _sign_in_refused(case: _Case) -> ConnectorError:
    return ConnectorError("bc-unauthorized", case.said)


def _company_unknown(case: _Case) -> ConnectorError:
    return ConnectorError("bc-company-unknown", case.said)


def _address_unknown(case: _Case) -> ConnectorError:
    # Business Central answers in JSON with a code; without one, somebody else answers at this address.
    return _our_bug(case) if case.failure.code else _company_unknown(case)


def _about_this_request(case: _Case) -> ConnectorError:
    return RecordRefused("bc-intercepted", sentence(
        "{answer} Other requests get through: it is about what this one holds.", answer=_in_its_place(case)))


def intercepted(failure: Failure, request: str) -> ConnectorError:
    """The exception for a request (GET items) that somebody in front of Business Central answers as he does others."""
    return ServiceUnavailable("bc-intercepted", _in_its_place(_Case(failure, Written(request), {})))


def _in_its_place(case: _Case) -> Sentence:
    message, status = case.failure.message, case.failure.status
    return sentence(
        "{request}: something in front of Business Central answered in its place with {status} ({words})." if message
        else "{request}: something in front of Business Central answered in its place with {status}, without a word.",
        request=case.written.entity_set or sentence("Request"), status=status, words=message)


def _field_missing(case: _Case) -> ConnectorError:
    field, kind = case.parts["field"], _kind(case.parts["table"])
    number = _number_in(case.parts["key"])
    if kind == "customer" and _is_posting_group(field):
        return _posting_group_missing(number or _number_of_customer(case.written), field)
    if kind == "item" and _is_posting_group(field):
        return RecordRefused("setup-incomplete", sentence(
            "Business Central > Items > {item}: {field} is empty.", item=number, field=field))
    if kind == "account":
        return RecordRefused("account-missing", sentence(
            "G/L account {number}: {reason}", number=number, reason=case.said))
    if re.search(r"\bNos\.|^N° ", field) and _is_set_up(case.parts["table"]):
        return _series(case)
    return _as("setup-incomplete")(case) if _is_set_up(case.parts["table"]) else _refused(case)


def _posting_group_missing(customer: str, field: str) -> ConnectorError:
    if re.fullmatch(r"S\d+|C\d{10,}", customer):
        return RecordRefused("customer-template-missing", sentence(
            CREATED_WITHOUT.text, customer=_customer(customer), field=field))
    return RecordRefused("posting-group-missing", sentence(
        "{customer!c} has no {field}.", customer=_customer(customer), field=field))


def _field_differs(case: _Case) -> ConnectorError:
    kind, number = _kind(case.parts["table"]), _number_in(case.parts["key"])
    blocked = re.search(r"block|bloqu", case.parts["field"], re.IGNORECASE)
    if kind in ("customer", "item") and blocked:
        return _is_blocked(kind, number, case)
    if kind == "variant" and blocked:
        return RecordRefused("item-blocked", sentence(
            "A variant of {item} is blocked: {reason}", item=_item(number), reason=case.said))
    return _as("account-missing")(case) if kind == "account" else _refused(case)


def _row_missing(case: _Case) -> ConnectorError:
    table, key = case.parts["table"], case.parts.get("key", "")
    if _kind(table) == "unit":
        return _asked_for("unit-unknown", case, _objects_of(case.written.body))
    if _kind(table) == "series":
        return _series(case)
    if _is_set_up(table):
        empty = re.search(r"(Gen\. Bus\. Posting Group|Groupe compta\. marché)=''", key)
        return _posting_group_missing(_number_of_customer(case.written), empty[1]) if empty else _set_up(case)
    if _kind(table) == "currency":
        return _currency_unknown(case)
    return _as(_MISSING.get(_kind(table), "record-refused"))(case)


_set_up, _series = _as("setup-incomplete"), _as("number-series")


def _currency_unknown(case: _Case) -> ConnectorError:
    body = case.written.body
    currency = str(body.get("currencyCode") or case.parts.get("value") or "")
    return RecordRefused("currency-unknown", sentence(
        "Currency {currency}, date {day}: {reason}", currency=currency or _NOT_NAMED, day=_date_of(body),
        reason=case.said))


def _nothing_within(case: _Case) -> ConnectorError:
    if re.search(r"currency|devise", case.failure.message, re.IGNORECASE):
        return _currency_unknown(case)
    if re.search(r"No\. Series|souche", case.failure.message, re.IGNORECASE):
        return _series(case)
    return _set_up(case)


def _line_object_missing(problem: str) -> _Reading:
    return lambda case: _asked_for(problem, case, _objects_of(case.written.body))


def _customer_missing(case: _Case) -> ConnectorError:
    return _asked_for("customer-missing", case, _number_of_customer(case.written) or _NOT_NAMED)


def _asked_for(problem: str, case: _Case, what: Text) -> ConnectorError:
    return RecordRefused(problem, sentence("{reason} Asked for: {what}.", reason=case.said, what=what))


def _blocked(kind: str) -> _Reading:
    return lambda case: _is_blocked(kind, case.parts["number"], case)


def _is_blocked(kind: str, number: str, case: _Case) -> ConnectorError:
    what = _customer(number) if kind == "customer" else _item(number)
    return RecordRefused(f"{kind}-blocked", sentence("{what!c} is blocked: {reason}", what=what, reason=case.said))


CREATED_WITHOUT = sentence("{customer!c} was created without {field}: no rule for table 18 fits it.")
_NOT_NAMED = sentence("(not named)")


def _customer(number: str) -> Sentence:
    return sentence("customer {number}", number=number or _NOT_NAMED)


def _item(number: str) -> Sentence:
    return sentence("item {item}", item=number)


# Reading the texts: captions, keys, and what was sent.

_KINDS = {
    "customer": "customer", "client": "customer",
    "item": "item", "article": "item",
    "item variant": "variant", "variante article": "variant",
    "item unit of measure": "unit", "unité article": "unit", "unité de mesure article": "unit",
    "no. series": "series", "souche de n°": "series", "souches de n°": "series", "no. series line": "series",
    "g/l account": "account", "compte général": "account",
    "currency": "currency", "devise": "currency",
    "currency exchange rate": "currency", "taux de change": "currency",
    "country/region": "country", "pays/région": "country",
}  # fmt: skip
_MISSING = {
    "customer": "customer-missing", "item": "item-not-found", "account": "account-missing",
    "country": "country-unknown",
}  # fmt: skip


def _kind(table: str) -> str:
    return _KINDS.get(table.strip().lower(), "")


def _is_posting_group(field: str) -> bool:
    return re.search(r"posting group|groupe compta", field, re.IGNORECASE) is not None


def _is_set_up(table: str) -> bool:
    pattern = r"setup|param(?:ètres|étrage)|configuration|posting group|groupe compta|unit of measure|unité"
    return re.search(pattern, table, re.IGNORECASE) is not None


def _number_in(key: str) -> str:
    """`No.=C00107` -> C00107; also `N°=…` and as_said values."""
    found = re.search(r"=\s*'?([^',]*)", key)
    return found[1].strip() if found else ""


def _number_of_customer(written: Written) -> str:
    own_number = written.body.get("number") if written.entity_set == "customers" else ""
    return str(written.body.get("customerNumber") or own_number or "")


def _date_of(body: Mapping[str, Any]) -> date | Sentence:
    day = body.get("postingDate") or body.get("orderDate")
    return date.fromisoformat(str(day)) if day else sentence("of today")


def _objects_of(body: Mapping[str, Any]) -> Text:
    lines = body.get("salesOrderLines") or [body]
    names = (line.get(key) for line in lines for key in ("lineObjectNumber", "itemId", "accountId"))
    return ", ".join(sorted({str(name) for name in names if name})) or _NOT_NAMED


# Code, text (English or French, a group for each part that is named later), reading.

_MUST_HAVE = (
    r"^(?P<field>.+?) must have a value in (?P<table>[^:]+?): (?P<key>.+?)\. It cannot be zero or empty",
    r"^(?:Le champ )?(?P<field>.+?) doit (?:avoir|contenir) une valeur dans (?P<table>[^:]+?)\s*: "
    r"(?P<key>.+?)\.(?:\s|$)",
)
_MUST_EQUAL = (
    r"^(?P<field>.+?) must be equal to '.*?'\s+in (?P<table>[^:]+?): (?P<key>.+?)\. Current value is",
    r"^(?:Le champ )?(?P<field>.+?) doit être égale? à '.*?'\s+dans (?P<table>[^:]+?)\s*: "
    r"(?P<key>.+?)\.(?:\s|$)",
)
_NO_SUCH_ROW = (
    r"^The (?P<table>.+?) does not exist\. Identification fields and values: (?P<key>.*)$",
    r"^(?:Le |La |L[’'])?(?P<table>.+?) n[’']existe pas\.[^:]*: (?P<key>.*)$",
)
_NOT_RELATED = (
    r"contains a value \((?P<value>.*?)\) that cannot be found in the related table \((?P<table>.+?)\)",
    r"contient une valeur \((?P<value>.*?)\) .*?table (?:associée|liée) \((?P<table>.+?)\)",
)
_VALIDATION = "Application_FieldValidationException"
_DIALOG = "Application_DialogException"
_OUR_TEXTS = (
    r"\"customerNumber\" (?:or a|ou un) \"customerId\""
    r"|\"itemId\" (?:and|et) \"accountId\"|You must specify an? |Inventory cannot be changed"
    r"|The value for .* cannot be modified"
)
_SERIES_TEXTS = (
    r"numbers? (?:greater than \S+ )?from the number series|assign numbers automatically"
    r"|à partir de la souche|attribuer des numéros automatiquement"
)
_SET_UP_TEXTS = (
    r"\"\w+\" (?:does not match to an? |ne correspond pas)|Sales Tax|run the data upgrade|not set up"
    r"|activate Manual Nos\.|numéros manuellement"
    r"|within your range of allowed posting dates|dans la plage de dates"
)

_RULES: tuple[tuple[str, str, _Reading], ...] = (
    (NOT_ITS_OWN, "", _about_this_request),
    ("Authentication_*", "", _sign_in_refused),
    ("Authorization_*", "", _sign_in_refused),
    ("Internal_CompanyNotFound", "", _company_unknown),
    ("Request_EntityChanged", "", lambda case: RowChanged("record-refused", case.said)),
    ("Internal_EntityWithSameKeyExists", "", lambda case: AlreadyExists("record-refused", case.said)),
    ("SkipToken*", "", lambda case: ServiceUnavailable("bc-unavailable", case.said)),
    *((_VALIDATION, text, _field_missing) for text in _MUST_HAVE),
    *((_VALIDATION, text, _field_differs) for text in _MUST_EQUAL),
    *(("Internal_RecordNotFound", text, _row_missing) for text in _NO_SUCH_ROW),
    *(("Internal_InvalidTableRelation", text, _row_missing) for text in _NOT_RELATED),
    ("Internal_DataNotFoundFilter", "", _nothing_within),
    ("Application_CallbackNotAllowed", "", _set_up),
    (_DIALOG, r"(?:Customer|client) (?P<number>\S+) (?:is blocked|est bloqué)", _blocked("customer")),
    (_DIALOG, r"cannot sell Item Variant|vendre la variante", _as("item-blocked")),
    (_DIALOG, _SERIES_TEXTS, _series),
    (_DIALOG, r"(?:cannot sell Item|vendre l[’']article) (?P<number>\S+)", _blocked("item")),
    (_DIALOG, r"sell-to customer cannot be found|donneur d[’']ordre .*introuvable", _customer_missing),
    (_DIALOG, r"^Item does not exist|^L[’']article n[’']existe pas", _line_object_missing("item-not-found")),
    (_DIALOG, r"^Account does not exist|^Le compte n[’']existe pas", _line_object_missing("account-missing")),
    (_DIALOG, r"\"currency(?:Code|Id)\"", _currency_unknown),
    (_DIALOG, _OUR_TEXTS, _our_bug),
    (_DIALOG, _SET_UP_TEXTS, _set_up),
    ("BadRequest*", "", _our_bug),
    ("Application_InvalidGUID", "", _our_bug),
    ("Application_EvaluateException", "", _our_bug),
    ("Application_FilterErrorException", "", _our_bug),
    ("Unknown", "", _our_bug),
    ("Internal_*", "", _refused),
)

_STATUSES: dict[int, _Reading] = {
    401: _sign_in_refused,
    403: _sign_in_refused,
    404: _address_unknown,
    405: _our_bug,
    409: lambda case: RowChanged("record-refused", case.said),
    412: lambda case: RowChanged("record-refused", case.said),
    413: _our_bug,
    501: _our_bug,
}
