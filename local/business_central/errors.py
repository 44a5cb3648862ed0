"""The errors Business Central answers with: status, code and message.

Rules: Microsoft Learn, "Business Central API error codes"; texts of AL Error() calls from microsoft/BCApps.
A message is a template plus values, so that `translations` can say it in French; the correlation id is added
when the answer is written. Border: nothing here knows HTTP beyond the status number.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

DIALOG = "Application_DialogException"
VALIDATION = "Application_FieldValidationException"


class BcError(Exception):
    """One refusal: HTTP status, error code, message template and the values that fill it."""

    def __init__(self, status: int, code: str, template: str, /, **values: Any) -> None:
        super().__init__(status, code, template, values)
        self.status, self.code, self.template, self.values = status, code, template, values

    def message(self, templates: dict[str, str] | None = None, captions: dict[str, str] | None = None) -> str:
        """The text, in English or with translated templates and captions (field and table names)."""
        templates, captions = templates or {}, captions or {}
        values = {k: captions.get(v, v) if isinstance(v, str) else v for k, v in self.values.items()}
        return templates.get(self.template, self.template).format(**values)

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message()}"


def dialog(template: str, /, **values: Any) -> BcError:
    """An AL Error(): 400 Application_DialogException; only the text tells what happened."""
    return BcError(400, DIALOG, template, **values)


# --- access and address -------------------------------------------------------------------------------


def invalid_credentials() -> BcError:
    return BcError(401, "Authentication_InvalidCredentials", "The server has rejected the client credentials.")


def forbidden(table: str) -> BcError:
    return BcError(403, "Authorization_PermissionDenied",
                   "Sorry, the current permissions prevented the action. (TableData {table}: Modify)",
                   table=table)  # fmt: skip


def segment_unknown(segment: str) -> BcError:
    return BcError(404, "BadRequest_ResourceNotFound", "Resource not found for the segment '{segment}'.",
                   segment=segment)  # fmt: skip


def company_unknown(company: str) -> BcError:
    return BcError(404, "Internal_CompanyNotFound", "The company '{company}' cannot be found.", company=company)


def method_not_allowed(entity: str) -> BcError:
    return BcError(405, "BadRequest_MethodNotAllowed", "Entity '{entity}' does not support this method.",
                   entity=entity)  # fmt: skip


def bad_request(template: str, /, **values: Any) -> BcError:
    return BcError(400, "BadRequest", template, **values)


def query_syntax(detail: str) -> BcError:
    return BcError(400, "BadRequest", "Bad Request - Error in query syntax. {detail}", detail=detail)


def skip_token_invalid() -> BcError:
    return BcError(400, "SkipTokenIsNoLongerValid", "The skip token is no longer valid.")


# --- the body -----------------------------------------------------------------------------------------


def unknown_property(name: str, entity: str) -> BcError:
    return bad_request(
        "The property '{name}' does not exist on type 'Microsoft.NAV.{entity}'. Make sure to only use property "
        "names that are defined by the type.", name=name, entity=entity)  # fmt: skip


def read_only(name: str) -> BcError:
    return BcError(400, "BadRequest_InvalidOperation", "Control '{name}' is read-only.", name=name)


def wrong_type(name: str, value: Any, type_name: str) -> BcError:
    return bad_request("Cannot convert the literal '{value}' of property '{name}' to the expected type '{type}'.",
                       value=value, name=name, type=type_name)  # fmt: skip


def required(name: str) -> BcError:
    return BcError(400, "BadRequest_RequiredParamNotProvided", "Field '{name}' must not be blank or empty.",
                   name=name)  # fmt: skip


def too_long(value: str, maximum: int) -> BcError:
    return BcError(
        400, "Application_StringExceededLength",
        "The length of the string is {length}, but it must be less than or equal to {maximum} characters. "
        "Value: {value}", length=len(value), maximum=maximum, value=value)  # fmt: skip


def not_an_option(value: Any, options: list[str]) -> BcError:
    return BcError(400, "Unknown", "'{value}' is not an option. The existing options are: {options}",
                   value=value, options=",".join(options))  # fmt: skip


def below_minimum(name: str, minimum: Decimal, value: Decimal) -> BcError:
    return BcError(400, VALIDATION, "The value in {name} must be greater than or equal to {minimum}. "
                   "Value: {value}.", name=name, minimum=minimum, value=value)  # fmt: skip


# --- records ------------------------------------------------------------------------------------------


def not_found(table: str, key: str) -> BcError:
    return BcError(404, "Internal_RecordNotFound",
                   "The {table} does not exist. Identification fields and values: {key}",
                   table=table, key=key)  # fmt: skip


def setup_missing(table: str, key: str) -> BcError:
    """The same text raised inside a write: a row of a posting set-up is missing."""
    return BcError(400, "Internal_RecordNotFound",
                   "The {table} does not exist. Identification fields and values: {key}",
                   table=table, key=key)  # fmt: skip


def not_within_filter(table: str, filters: str) -> BcError:
    return BcError(400, "Internal_DataNotFoundFilter", "There is no {table} within the filter.\n\nFilters: "
                   "{filters}", table=table, filters=filters)  # fmt: skip


def already_exists(table: str, key: str) -> BcError:
    return BcError(400, "Internal_EntityWithSameKeyExists",
                   "The record in table {table} already exists. Identification fields and values: {key}",
                   table=table, key=key)  # fmt: skip


def not_related(field: str, table: str, value: str, related: str) -> BcError:
    return BcError(
        400, "Internal_InvalidTableRelation",
        "The field {field} of table {table} contains a value ({value}) that cannot be found in the related "
        "table ({related}).", field=field, table=table, value=value, related=related)  # fmt: skip


def must_have_value(field: str, table: str, key: str) -> BcError:
    """TestField on an empty field: the 'posting group missing' family."""
    return BcError(400, VALIDATION, "{field} must have a value in {table}: {key}. It cannot be zero or empty.",
                   field=field, table=table, key=key)  # fmt: skip


def must_be_equal(field: str, expected: str, table: str, key: str, actual: str) -> BcError:
    """TestField with an expected value: blocked item, account without direct posting."""
    return BcError(
        400, VALIDATION,
        "{field} must be equal to '{expected}'  in {table}: {key}. Current value is '{actual}'.",
        field=field, expected=expected, table=table, key=key, actual=actual)  # fmt: skip


# --- concurrency and load -----------------------------------------------------------------------------


def concurrency_token_missing() -> BcError:
    return BcError(
        400, "BadRequest_InvalidToken",
        "Could not validate the client concurrency token required by the service. Please provide a valid token "
        "in the client request.")  # fmt: skip


def entity_changed() -> BcError:
    return BcError(409, "Request_EntityChanged", "Another user has already changed the record.")


def too_many_requests(actual: int, maximum: int) -> BcError:
    return BcError(429, "Application_TooManyRequests",
                   "Too many requests reached. Actual ({actual}). Maximum ({maximum}).",
                   actual=actual, maximum=maximum)  # fmt: skip


def locked(table: str) -> BcError:
    return dialog("We can't save your changes right now, because a record in table '{table}' is being updated in "
                  "a transaction done by another session.", table=table)  # fmt: skip


def change_set_too_large() -> BcError:
    """The text is that of github.com/microsoft/AL/issues/5553."""
    return BcError(500, "Unknown", "Multiple requests within the same change set are not supported by Microsoft "
                                   "Dynamics 365 Business Central OData web services.")  # fmt: skip


def out_of_time(seconds: float) -> BcError:
    """Learn gives the status ("Operational limits for Business Central online"), no code and no text."""
    return BcError(408, "", "The request was cancelled after {seconds} seconds.", seconds=seconds)


def batch_too_large(maximum: int) -> BcError:
    return BcError(
        500, "Unknown",
        "The current batch message contains too many parts. A maximum number of '{maximum}' query operations and "
        "change sets are allowed in a batch message.", maximum=maximum)  # fmt: skip
