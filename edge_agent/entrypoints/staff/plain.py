"""The shop's codes in plain language: states, reasons, and what to do about a machine's fault."""

from __future__ import annotations

from typing import Final

from cloud_sync.protocol.eva_dts.events import meaning
from edge_agent.entrypoints.staff.audit_words import AUDIT_NAMES
from edge_agent.entrypoints.staff.device_faults import DEVICE_FAULTS
from edge_agent.entrypoints.staff.food_words import FOOD_NAMES
from edge_agent.entrypoints.staff.handover_words import HANDOVER_NAMES
from edge_agent.entrypoints.staff.label_words import LABEL_NAMES
from edge_agent.entrypoints.staff.payment_words import PAYMENT_NAMES
from edge_agent.entrypoints.staff.words import LANGUAGES, Language

NAMES: Final[dict[str, tuple[str, str]]] = (
    {
        "status.init": ("启动中", "Starting"),
        "status.ready": ("正常", "Ready"),
        "status.faulty": ("有故障，仍在销售", "Has a fault, still sells"),
        "status.sleeping": ("休眠", "Asleep"),
        "status.alert": ("暂停，需要处理", "Stopped, needs you"),
        "status.disconnected": ("已关机", "Switched off"),
        "status.lost": ("失去联系", "No contact"),
        "kind.vending": ("售货机", "Vending machine"),
        "kind.sampling": ("派样机", "Sampling machine"),
        "kind.shelf": ("云货架", "Cloud shelf"),
        "kind.scanner": ("扫码器", "Scanner"),
        "kind.footfall": ("客流计", "Footfall counter"),
        # Why nobody knows whether a vend dropped.
        "case.no_answer": ("机器没有回应", "The machine did not answer"),
        "case.machine_restarted": ("机器中途重启", "The machine restarted in the middle"),
        "case.drop_not_confirmed": ("检测器没有看到商品掉下", "The sensor did not see it drop"),
        "order.open": ("未付款", "Not paid yet"),
        "order.awaiting_payment": ("等待付款", "Waiting for payment"),
        "order.paid": ("已付款", "Paid"),
        "order.fulfilling": ("交付中", "Being handed over"),
        "order.completed": ("完成", "Done"),
        "order.part_refunded": ("部分退款", "Partly refunded"),
        "order.refunded": ("已退款", "Refunded"),
        "order.cancelled": ("已取消", "Cancelled"),
        "order.expired": ("超时未付", "Not paid in time"),
        # What an order that is being fulfilled really waits for.
        "order.in_doubt": ("等你确认", "Waits for you"),
        "order.owed": ("等待退款", "Money not back yet"),
        "payment.created": ("准备付款", "Being prepared"),
        "payment.pending": ("等待付款", "Waiting"),
        "payment.paid": ("已付款", "Paid"),
        "payment.refunded": ("已全部退款", "All paid back"),
        "payment.closed": ("已关闭", "Closed"),
        "payment.unknown": ("结果未知，正在查询", "Unknown, asking again"),
        "vend.requested": ("排队中", "Waiting its turn"),
        "vend.dispensing": ("出货中", "Dispensing"),
        "vend.dispensed": ("已出货", "Dropped"),
        "vend.failed": ("未出货", "Did not drop"),
        "vend.unknown": ("不确定", "Nobody knows"),
        "refund.requested": ("待退", "On its way"),
        "refund.refunded": ("已退", "Paid back"),
        "refund.refused": ("平台拒绝", "Refused"),
        # Reasons that staff choose from: never free text, so that nobody's name ends up in the journal.
        "why.cleaning": ("清洁或维修", "Cleaning or repair"),
        "why.damaged": ("商品破损", "Goods damaged"),
        "why.expired_goods": ("商品过期", "Goods out of date"),
        "why.wrong_goods": ("商品放错", "Wrong goods inside"),
        "why.staff": ("店员决定", "Staff decision"),
        "why.not_received": ("顾客没有拿到", "The shopper got nothing"),
        "why.wrong_price": ("价格有误", "Wrong price"),
        "why.returned": ("顾客退货", "Goods returned"),
        "why.not_as_expected": ("与想象的不同", "Not as expected"),
        "why.broken": ("破损", "Broken"),
        "why.stolen": ("被偷", "Stolen"),
        "why.lost": ("找不到", "Cannot be found"),
        "why.found": ("多出来了", "Found more"),
        "why.wrong_before": ("上次数错或记错", "Counted or noted wrongly before"),
        "why.unknown": ("不清楚", "Nobody knows"),
    }
    | LABEL_NAMES
    | AUDIT_NAMES
    | FOOD_NAMES
    | HANDOVER_NAMES
    | PAYMENT_NAMES
)

BLOCK_REASONS: Final = ("cleaning", "damaged", "expired_goods", "wrong_goods", "staff")
RETURN_REASONS: Final = ("not_as_expected", "damaged", "expired_goods", "wrong_goods")
COUNT_REASONS: Final = ("wrong_before", "lost", "stolen", "broken", "found", "unknown")
WASTE_REASONS: Final = ("expired_goods", "broken", "stolen", "lost")
REFUND_REASONS: Final = ("not_received", "damaged", "expired_goods", "wrong_price", "returned")


def named(language: Language, group: str, code: str) -> str:
    """The words for a code; the code itself when nobody wrote any down."""
    found = NAMES.get(f"{group}.{code}")
    return code if found is None else found[LANGUAGES.index(language)]


def fault(language: Language, code: str) -> tuple[str, str]:
    """What a fault code means, and what to do."""
    standard, index = meaning(code), LANGUAGES.index(language)
    what, remedy = DEVICE_FAULTS.get(code, (standard.what, standard.remedy))
    return what[index], remedy[index]


def why_blocked(language: Language, reason: str) -> str:
    """Why a slot does not sell: by a machine's code, or a reason that staff chose."""
    group, _, code = reason.partition(":")
    if group == "repeated_failures":
        return f"{fault(language, code)[0]} ({code})"
    return named(language, "why", reason)


def why_refund(language: Language, reason: str) -> str:
    """Why money goes back."""
    group, _, code = reason.partition(":")
    if group == "not_handed_over":
        return named(language, "handover", code)
    if group == "vend_failed":
        return named(language, "vend", "failed") if code == "staff" else fault(language, code)[0]
    return named(language, "why", reason)
