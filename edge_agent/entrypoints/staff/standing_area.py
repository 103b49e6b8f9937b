"""Pure: why this store may not sell, told to a person who can do something about it."""

from __future__ import annotations

from edge_agent.entrypoints.staff.parts import button, text
from edge_agent.entrypoints.staff.shop import Shop
from edge_agent.entrypoints.staff.standing_words import HEADINGS, JOIN_COMMAND, WORKS, said, story
from edge_agent.entrypoints.staff.words import Language, word


def render(language: Language, shop: Shop) -> str:
    """A guide as wide as the page; '' for a store that may sell everything."""
    if shop.standing["state"] == "ok":
        return _to_count(language, len(shop.to_count))
    reason = shop.standing["reason"]
    told = story(reason)
    works = "".join(f"<li>{said(language, one)}</li>" for one in WORKS)
    steps = "".join(f"<li>{said(language, step)}</li>" for step in told.steps)
    command = f'<p class="command">{JOIN_COMMAND}</p>' if told.joins else ""
    return (
        f'<section class="guide stopped" data-key="standing"><h1>{said(language, told.title)}</h1>'
        f'<div class="halves"><div><h2>{said(language, HEADINGS["happened"])}</h2>'
        f"<p>{said(language, told.happened)}</p><h2>{said(language, HEADINGS['works'])}</h2><ul>{works}</ul></div>"
        f"<div><h2>{said(language, HEADINGS['steps'])}</h2><ol>{steps}</ol>{command}</div></div>"
        f'<p class="number">{said(language, HEADINGS["reason_code"])}: {text(reason)}</p></section>'
    )


def _to_count(language: Language, products: int) -> str:
    if not products:
        return ""
    return (
        f'<section class="guide" data-key="standing"><h1>{word(language, "guide_title")}</h1>'
        f"<p>{word(language, 'guide_short', products)}</p>"
        f'<div class="buttons">{button(word(language, "guide_open"), "area", "stock", kind="main")}</div></section>'
    )
