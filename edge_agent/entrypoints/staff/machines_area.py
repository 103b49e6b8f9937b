"""Pure: every device as it is, and every slot as a card to tap."""

from __future__ import annotations

from edge_agent.entrypoints.staff import label_area, parts
from edge_agent.entrypoints.staff.needs_area import fault_lines, status_pill
from edge_agent.entrypoints.staff.parts import goods, text
from edge_agent.entrypoints.staff.plain import named, why_blocked
from edge_agent.entrypoints.staff.shop import Entity, Shop
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, shop: Shop) -> str:
    """The area's HTML."""
    if not shop.devices:
        return parts.blank(word(language, "no_devices"), word(language, "no_devices_hint"))
    with_slots = [device for device in shop.devices if device["slots"]]
    others = [device for device in shop.devices if not device["slots"]]
    posters = f'<p class="more"><a class="pill plain" href="posters">{word(language, "posters")}</a></p>'
    return "".join(_device(language, shop, device) for device in [*with_slots, *others]) + posters


def _device(language: Language, shop: Shop, device: Entity) -> str:
    slots = "".join(_slot(language, device, slot) for slot in device["slots"])
    return (
        f'<section class="device" data-key="{text(device["id"])}"><div class="title"><h2>{text(device["id"])}</h2>'
        f'{status_pill(language, device)}<span class="facts">{_facts(language, shop, device)}</span></div>'
        f"{fault_lines(language, device)}{label_area.visitors(language, shop, device)}"
        f'<div class="slots">{slots}</div>{label_area.of_shelf(language, shop, device["id"])}</section>'
    )


def _facts(language: Language, shop: Shop, device: Entity) -> str:
    temperature = device["readings"].get("temperature_c")
    told = [
        named(language, "kind", device["kind"]) if device["kind"] else "",
        device["model"],
        "" if temperature is None else f"{temperature:.1f} °C",
        word(language, "last_seen", parts.ago(language, shop.age_s(device["last_seen_at"]))),
        parts.offset(language, device["clock_offset_ms"]),
    ]
    return " · ".join(text(fact) for fact in told if fact)


def _slot(language: Language, device: Entity, slot: Entity) -> str:
    kind, tag = _level(language, slot)
    aim = slot["par_level"] or slot["capacity"]
    share = min(100, slot["count"] * 100 // aim) if aim else 0
    held = f'<span class="sub">{word(language, "held", slot["held"])}</span>' if slot["held"] else ""
    return (
        f'<button type="button" class="slot {kind}" data-key="{text(slot["slot"])}"'
        f" {parts.does('slot', device['id'], slot['slot'])}>"
        f'<span class="line"><span class="code">{text(slot["slot"])}</span>{tag}</span>'
        f'<span class="name">{goods(language, slot)}</span>'
        f'<span class="line"><span class="count">{slot["count"]}<small> / {aim}</small></span>{held}</span>'
        f'<span class="fill"><span style="width:{share}%"></span></span></button>'
    )


def _level(language: Language, slot: Entity) -> tuple[str, str]:
    if slot["blocked"]:
        reason = text(why_blocked(language, slot["blocked"]))
        return "blocked", f'<span class="tag bad" title="{reason}">{word(language, "blocked")}</span>'
    if slot["count"] == 0:
        return "out", f'<span class="tag bad">{word(language, "empty")}</span>'
    if slot["count"] * 3 <= slot["par_level"]:
        return "low", f'<span class="tag warn">{word(language, "low")}</span>'
    return "", ""
