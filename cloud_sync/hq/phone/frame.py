"""Pure: the frame of shoppers' pages at headquarters: both languages, for a phone, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import Final

STYLE: Final = (
    ":root{--ink:#1f2430;--soft:#6b7280;--accent:#0d6e6e}*{box-sizing:border-box}body{margin:0;background:#f6f5f2;"
    "color:var(--ink);font:16px/1.5 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif}"
    "main{max-width:460px;margin:0 auto;padding:24px 20px 56px}h1{font-size:22px;margin:8px 0 2px}"
    ".sub{color:var(--soft);font-size:14px;margin:2px 0}.card{background:#fff;border-radius:20px;padding:22px;"
    "margin-top:18px;box-shadow:0 8px 30px #0000000d}.amount{font-size:46px;font-weight:700;line-height:1.2}"
    "button{width:100%;border:0;border-radius:14px;padding:16px;font:inherit;font-weight:650;margin-top:18px;"
    "background:var(--accent);color:#fff}button.grave{background:#fff;color:#b3261e;border:1px solid #e7c8c5}"
    ".qr{text-align:center}.qr svg{width:min(320px,78vw);height:auto}code{font-size:11px;word-break:break-all;"
    "color:var(--soft)}.wrong{background:#fbe5e3;color:#b3261e;border-radius:12px;padding:12px;margin-top:14px}"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"
    ),
}
"""Of every such page: it runs no script, loads nothing, stands in no frame and stays in no cache."""


def page(title: str, body: str) -> str:
    """A whole page; `title` and `body` are HTML already."""
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    )
