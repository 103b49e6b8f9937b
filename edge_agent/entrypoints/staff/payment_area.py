"""Pure: payments that need a person, as cards and on their order: to collect, to look up, where books differ."""

from __future__ import annotations

from cloud_sync.protocol.receipts.words import METHODS
from edge_agent.domain.methods import BY_HAND, CARD
from edge_agent.domain.order import ENDED
from edge_agent.entrypoints.staff import parts
from edge_agent.entrypoints.staff.parts import button, money, text
from edge_agent.entrypoints.staff.payment_sheet import AskAgain, Collect, LookedUp, NotPaid, SeenTo
from edge_agent.entrypoints.staff.payment_words import SEEN_TO
from edge_agent.entrypoints.staff.plain import named
from edge_agent.entrypoints.staff.sheet_parts import choice, choices, confirm, typed_in
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import LANGUAGES, Language, word

PaymentSheet = Collect | LookedUp | AskAgain | NotPaid | SeenTo


def method_name(language: Language, method: str) -> str:
    """A way of paying, as receipts name it; its code when nobody named it."""
    return METHODS.get(method, (method, method))[LANGUAGES.index(language)]


def collect_card(language: Language, shop: Shop, payment: Entity) -> str:
    """Money that a shopper comes to the counter with."""
    why = word(language, "collect_card" if payment["method"] == CARD else "collect_cash")
    amount = money(payment["amount_minor"], payment["currency"])
    see = button(word(language, "see_order"), "order", payment["order"])
    buttons = see + _not_paid(language, payment["id"]) + _collected(language, payment["id"])
    return _card(language, shop, payment, "to_collect", amount, why, buttons)


def doubt_card(language: Language, shop: Shop, payment: Entity) -> str:
    """A payment of which nobody knows whether it arrived."""
    amount = money(payment["amount_minor"], payment["currency"])
    buttons = _ask(language, payment["id"]) + (
        "" if payment["order_state"] in ENDED else _not_paid(language, payment["id"])
    )
    buttons += _looked_up(language, payment["id"])
    return _card(
        language,
        shop,
        payment,
        "payment_in_doubt",
        amount,
        word(language, "payment_in_doubt_hint"),
        buttons,
    )


def order_buttons(language: Language, shop: Shop) -> str:
    """What staff can do about the payment that the order on show waits for; nothing when it waits for none."""
    order = shop.decided
    live = None if order is None else order.live_payment
    if order is None or live is None:
        return ""
    asking = _collected(language, live.id) if live.method in BY_HAND else _ask(language, live.id)
    doubted = live.state == "unknown" and live.method not in BY_HAND
    given_up = order.state in ENDED or order.cancel_requested
    return (
        asking
        + (_looked_up(language, live.id) if doubted else "")
        + ("" if given_up else _not_paid(language, live.id))
    )


def _ask(language: Language, payment: str) -> str:
    return button(word(language, "payment_ask"), "payment_ask", payment)


def _not_paid(language: Language, payment: str) -> str:
    return button(word(language, "not_paid"), "payment_not_paid", payment)


def _collected(language: Language, payment: str) -> str:
    return button(word(language, "collected"), "payment_collect", payment, kind="main")


def _looked_up(language: Language, payment: str) -> str:
    said = "payment_looked_up", payment
    return button(word(language, "money_arrived"), *said, "yes") + button(
        word(language, "money_did_not"), *said, "no"
    )


def _card(
    language: Language, shop: Shop, payment: Entity, kind: str, amount: str, why: str, buttons: str
) -> str:
    return (
        f'<article class="card" data-key="{text(payment["id"])}"><div class="top">'
        f'<span class="kind">{word(language, kind)}</span>'
        f'<span class="ago">{parts.ago(language, shop.age_s(payment["at"]))}</span></div>'
        f'<div class="what"><span>{text(method_name(language, payment["method"]))}</span>'
        f'<span class="amount">{amount}</span></div>'
        f'<div class="why">{why}<br><span class="number">{word(language, "order")} '
        f'<b>{text(payment["order"])}</b></span></div><div class="buttons">{buttons}</div></article>'
    )


def difference_card(language: Language, row: Entity) -> str:
    """Where a provider's book of a day says something else than ours."""
    sums = (money(row[whose], row["currency"]) for whose in ("theirs_minor", "ours_minor"))
    method = text(method_name(language, row["method"]))
    return (
        f'<article class="card" data-key="{text(row["case"])}"><div class="top">'
        f'<span class="kind">{word(language, "difference")}</span>'
        f'<span class="place">{word(language, "difference_of", method, text(row["day"]))}</span></div>'
        f'<div class="what"><span>{text(named(language, "difference", row["kind"]))}</span></div>'
        f'<div class="why">{word(language, "difference_sums", *sums)}<br>'
        f'<span class="number">{text(row["refund"] or row["payment"])}</span></div><div class="buttons">'
        f"{button(word(language, 'difference_say'), 'payment_seen_to', row['case'], kind='main')}</div></article>"
    )


def sheet(language: Language, shown: PaymentSheet) -> tuple[str, str]:
    """The sheet's title and body."""
    match shown:
        case Collect():
            fields = ""
            if shown.card and not shown.told and not shown.working:
                label = word(language, "collect_reference")
                fields = typed_in("reference", label, shown.reference, "reference")
            means = word(language, "collect_means", text(shown.order))
            yes = word(language, "collect_yes", shown.amount)
            title = word(language, "collect_title", shown.amount)
            return title, fields + confirm(language, shown, means, yes)
        case LookedUp():
            said = "arrived" if shown.arrived else "not_arrived"
            means = word(language, f"{said}_means", shown.amount)
            return word(language, f"{said}_title"), confirm(
                language, shown, means, word(language, f"{said}_yes")
            )
        case AskAgain():
            means, yes = word(language, "ask_means"), word(language, "ask_yes")
            return word(language, "ask_title"), confirm(language, shown, means, yes)
        case NotPaid():
            key = "not_paid_by_hand_means" if shown.by_hand else "not_paid_means"
            means, yes = word(language, key, shown.amount, text(shown.order)), word(language, "not_paid_yes")
            return word(language, "not_paid_title", shown.amount), confirm(language, shown, means, yes)
        case SeenTo():
            title, means = word(language, "difference_title"), word(language, "difference_means")
            if shown.told is not None or shown.working:
                return title, confirm(language, shown, means, "")
            ways = choices(*(choice(named(language, "seen_to", each), "note", each) for each in SEEN_TO))
            return title, f'<p class="means">{means}</p>{ways}'
