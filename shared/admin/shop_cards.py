"""The shop card as a form: its groups and fields with what is wrong and what decides nothing now; and what was typed.

Whatever is saved goes through shops.save_shop, as the API does it.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from shared.admin.frame import moment_of
from shared.admin.shops import save_shop
from shared.clock import iso
from shared.connector import Connector
from shared.errors import ConnectorError
from shared.shops.card import ShopCard
from shared.shops.card_dependence import off
from shared.shops.card_fields import FIELDS, caption
from shared.shops.card_form import (
    Control,
    Kind,
    Typed,
    control_of,
    texts_of,
    times_in,
    told,
    typed,
)
from shared.shops.card_rules import CardRefused, Wrong, check_card, with_exclusive_switches
from shared.shops.store import version_of
from shared.texts import Sentence, Text, together

_OF_THE_CARD = frozenset({
    "shop-card-invalid", "shop-card-moved", "shop-card-twice", "shop-card-changed", "sync-already-running",
})
"""Problems of a card that is saved that are told on its form, where nothing that was typed is lost."""

_MOST_OF_A_GIST = 3


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """off: why it decides nothing now; now: what the card holds, where somebody else has saved it meanwhile.

    wrong   what has to be mended, of the field itself and of its rows
    locked  off, and nothing stands in it that is not saved: a form sends nothing of it
    """

    name: str
    caption: Sentence
    help: Sentence
    control: Control
    wrong: list[Wrong]
    off: Sentence | None
    locked: bool
    now: list[Text] | None

    def wrong_at(self, place: int | None) -> list[Sentence]:
        """What has to be mended in one of its rows; None: in the field itself."""
        return [one.sentence for one in self.wrong if one.place == place]


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A FastTab; gist: what stands in it that is not as on an empty card, in short."""

    name: Sentence
    fields: list[FieldView]
    gist: list[Text]

    @property
    def mistakes(self) -> int:
        """How many of its fields have to be mended."""
        return sum(1 for field in self.fields if field.wrong)

    @property
    def is_open(self) -> bool:
        """Whether it is to be seen without being opened."""
        return any(field.wrong or field.now is not None for field in self.fields)


class CardForm(msgspec.Struct, frozen=True, kw_only=True):
    """version: of the card that the form is about; problem: why it was not saved, beside what is wrong at fields."""

    shop: str
    version: str
    groups: list[GroupView]
    problem: ConnectorError | None = None

    @property
    def mended(self) -> list[FieldView]:
        """The fields that have to be mended."""
        return [field for group in self.groups for field in group.fields if field.wrong]

    @property
    def changed(self) -> list[FieldView]:
        """The fields that stand otherwise on the card by now."""
        return [field for group in self.groups for field in group.fields if field.now is not None]


def card_version(connector: Connector, shop: str) -> str:
    """Of the card as it is stored; ConnectorError shop-unknown."""
    return version_of(connector.shops.get(shop))


def form_of(card: ShopCard) -> CardForm:
    """The card as it is stored."""
    return _form(card, Typed(texts_of(card), {}, [], card))


def form_with(connector: Connector, shop: str, sent: Mapping[str, str], version: str, more: str) -> CardForm:
    """The form as somebody typed it, not saved, with more empty rows in one list; ConnectorError shop-unknown."""
    card = connector.shops.get(shop)
    return msgspec.structs.replace(_form(card, _typed(connector, card, sent), more=more), version=version)


def save_form(connector: Connector, shop: str, sent: Mapping[str, str], version: str, *, by: str) -> CardForm | None:
    """Save what somebody typed over this version of the card; the form to mend where that cannot be, else None.

    Where the card stands as he typed it already, nothing is saved, whatever the version.

    ConnectorError shop-unknown, and as save_shop for what is not about the card.
    """
    card = connector.shops.get(shop)
    came = _typed(connector, card, sent)
    if came.wrong:
        draft = with_exclusive_switches(card, came.draft)
        return msgspec.structs.replace(_form(card, came, [*came.wrong, *check_card(draft)]), version=version)
    if version and not came.changes:
        return None
    try:
        save_shop(connector, card.code, came.changes, by=by, version=version)
    except ConnectorError as problem:
        if problem.code == "shop-card-changed" and version and _stands(connector, shop, sent):
            return None
        return _refused(connector, card, came, version, problem)
    return None


def _stands(connector: Connector, shop: str, sent: Mapping[str, str]) -> bool:
    """Whether the card is by now as somebody typed it: he pressed twice, or somebody else typed the same."""
    came = _typed(connector, connector.shops.get(shop), sent)
    return not (came.wrong or came.changes)


def _refused(
    connector: Connector, card: ShopCard, came: Typed, version: str, problem: ConnectorError
) -> CardForm:
    if isinstance(problem, CardRefused):
        form = _form(card, came, problem.wrong)
    elif problem.code == "shop-url-invalid":
        form = _form(card, came, [Wrong("shopify_url", together([problem.sentence]))])
    elif problem.code == "shop-card-changed":
        now = connector.shops.get(card.code)
        return msgspec.structs.replace(_form(now, came, changed=came.changes), problem=problem)
    elif problem.code in _OF_THE_CARD:
        form = msgspec.structs.replace(_form(card, came), problem=problem)
    else:
        raise problem
    return msgspec.structs.replace(form, version=version)


def _typed(connector: Connector, card: ShopCard, sent: Mapping[str, str]) -> Typed:
    """Times are entered in the portal's zone; one that is none stays as it is, for the card's rules to tell."""
    texts = dict(sent)
    for name in times_in(texts):
        try:
            moment = moment_of(connector, texts[name])
            texts[name] = iso(moment) if moment else ""
        except ConnectorError:
            continue
    return typed(card, texts)


def _form(
    card: ShopCard, came: Typed, wrong: Iterable[Wrong] = (), *, more: str = "", changed: Iterable[str] = (),
) -> CardForm:
    mistakes, reasons, stored = list(wrong), off(came.draft), texts_of(card)
    unsaved = {*came.changes, *(one.field for one in mistakes)}
    fields = [
        FieldView(
            name=name, caption=field.caption, help=field.help, control=control_of(name, came.texts, more),
            wrong=[one for one in mistakes if one.field == name], off=reasons.get(name),
            locked=name in reasons and name not in unsaved,
            now=told(control_of(name, stored)) if name in changed else None,
        )
        for name, field in FIELDS.items()
    ]
    groups: dict[str, list[FieldView]] = {}
    for view in fields:
        groups.setdefault(FIELDS[view.name].group.text, []).append(view)
    return CardForm(shop=card.code, version=version_of(card), groups=[
        GroupView(name=FIELDS[own[0].name].group, fields=own, gist=list(_gist(own))[:_MOST_OF_A_GIST])
        for own in groups.values()])


def _gist(fields: Iterable[FieldView]) -> Iterator[Text]:
    empty = texts_of(ShopCard("", ""))
    for field in fields:
        control = field.control
        if field.off is None and control.kind in (Kind.SWITCH, Kind.CHOICE) and control.value != empty[field.name]:
            yield from [caption(field.name)] if control.kind is Kind.SWITCH else told(control)
