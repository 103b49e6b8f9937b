"""Words around posters to print, in Chinese and English. A poster itself says everything in both."""

from __future__ import annotations

from typing import Final

POSTER_WORDS: Final[dict[str, tuple[str, str]]] = {
    "posters": ("扫码购海报", "Posters to scan and buy"),
    "posters_hint": (
        "每张 A4 海报有一个码：顾客用手机扫码，选择、付款、取货。货道换了商品，旧海报的码会打开新商品，请重新打印。",
        "Each A4 poster has a code: shoppers scan it with their phone, choose, pay and collect. When a slot gets "
        "another product its old poster leads to the new one: print it again.",
    ),
    "poster_all": ("全部打印", "Print all"),
    "poster_window": ("橱窗（营业时间外也可下单）", "Window (to order after hours too)"),
    "poster_none": ("还没有商品上架。", "Nothing is for sale yet."),
    "poster_unknown": (
        "这个位置没有商品：可能刚换了陈列。请返回重新选择。",
        "Nothing is sold there; perhaps it was just changed. Go back and choose again.",
    ),
    "poster_print": ("打印", "Print"),
    "poster_local": (
        "注意：海报的地址 {0} 只有本机能打开。请让门店电脑以 --public-url 启动，给出顾客手机能到达的地址，再打印。",
        "Mind: the posters' address {0} opens on this computer only. Start the agent with --public-url and an address "
        "that shoppers' phones reach, then print.",
    ),
}
