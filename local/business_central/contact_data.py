"""Telephone numbers and e-mail addresses, as Business Central checks them.

Rules: PhoneNo validation (no letters at all) and MailManagement.CheckValidEmailAddresses in microsoft/BCApps.
"""

from __future__ import annotations

import re

from . import errors

EMAIL = re.compile(r"^[^@\s;,<>]+@[^@\s;,<>]+$")


def check_phone(phone: str, table: str, key: str) -> None:
    """Refuses any letter, so `ext. 5` and `x12` too."""
    if any(letter.isalpha() for letter in phone):
        raise errors.BcError(400, errors.VALIDATION, "Phone No. must not contain letters in {table}: {key}.",
                             table=table, key=key)  # fmt: skip


def check_email(email: str) -> None:
    """Addresses may be separated by semicolons; each must be well-formed."""
    for address in filter(None, (part.strip() for part in email.split(";"))):
        if not EMAIL.match(address):
            raise errors.dialog('The email address "{address}" is not valid.', address=address)
