"""When two customers are the same."""

from __future__ import annotations

from shared.business_central.keys import bill_to, bill_to_of, email_keys
from shared.business_central.rows import CustomerRow


def test_an_address_is_compared_without_capitals_but_with_its_postal_code() -> None:
    row = CustomerRow(
        id="1", number="C1", display_name="Marie CURIE", address_line1="1 Rue X", city="Paris",
        country="FR", postal_code="75005",
    )  # fmt: skip

    assert bill_to_of(row) == bill_to("marie curie", "1 rue x ", "", "75005", "PARIS", "", "fr")
    assert bill_to_of(row) != bill_to("marie curie", "1 rue x", "", "75006", "paris", "", "fr")


def test_an_e_mail_is_compared_in_small_letters() -> None:
    assert email_keys(" Marie@Example.FR ") == {"marie@example.fr"}
    assert email_keys("Marie@Example.FR; p@example.fr;") == {"marie@example.fr", "p@example.fr"}
    assert email_keys(" ; ") == frozenset()
