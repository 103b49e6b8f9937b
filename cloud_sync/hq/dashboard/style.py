"""How headquarters' pages look: one sheet, one accent colour, system fonts only, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import Final

FONTS: Final = (
    'Inter, "Segoe UI", "SF Pro Text", -apple-system, "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", '
    '"Hiragino Sans GB", "Microsoft YaHei", system-ui, sans-serif'
)

CSS: Final = (
    """
:root { --ink: #191b1f; --soft: #62666f; --faint: #8b8f98; --line: #e6e5e1; --paper: #f6f5f2; --card: #fff;
  --accent: #0d6e6e; --accent-soft: #d9ebe9; --warn: #a45a00; --warn-soft: #fdf0dc; --bad: #b3261e;
  --bad-soft: #fbe5e3; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 FONTS;
  font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased; }
.nicegui-content { padding: 0; gap: 0; display: block; max-width: none; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.bar { display: flex; align-items: center; gap: 12px; padding: 18px 40px; background: var(--card);
  border-bottom: 1px solid var(--line); }
.mark { flex: none; width: 26px; height: 26px; border-radius: 8px; background: var(--accent); position: relative; }
.mark::after { content: ""; position: absolute; inset: 8px 7px 6px 7px; border-radius: 2px;
  background: var(--card); }
.bar .name { font-weight: 650; font-size: 17px; letter-spacing: -.01em; }
.bar .where { color: var(--soft); }
.bar nav { display: flex; gap: 4px; margin-left: 20px; }
.bar nav a { padding: 5px 14px; border-radius: 999px; color: var(--soft); }
.bar nav a.on { background: #efeeea; color: var(--ink); font-weight: 600; }
.bar nav a:hover { text-decoration: none; color: var(--ink); }
.bar .right { margin-left: auto; display: flex; gap: 20px; align-items: center; }
.switch { display: inline-flex; border: 1px solid var(--line); border-radius: 999px; padding: 2px; }
.switch a { padding: 3px 12px; border-radius: 999px; color: var(--soft); }
.switch a.on { background: var(--accent); color: #fff; }
.switch a:hover { text-decoration: none; }
.page { max-width: 1360px; margin: 0 auto; padding: 32px 40px 64px; }
.page.top { padding-bottom: 0; }
.page.below { padding-top: 0; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 650; margin: 0; letter-spacing: -.015em; }
h2 { font-size: 16px; line-height: 1.4; font-weight: 600; margin: 0; letter-spacing: 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 22px 24px;
  min-width: 0; }
.card > h2 { margin-bottom: 16px; }
.figures { display: grid; grid-template-columns: 1.5fr 1fr 1fr 1fr; gap: 16px; }
.figure .label { color: var(--soft); }
.figure .value { font-size: 38px; line-height: 1.2; font-weight: 650; letter-spacing: -.025em; margin-top: 4px;
  white-space: nowrap; }
.figure .value small { font-size: 16px; font-weight: 450; color: var(--soft); letter-spacing: 0;
  margin-left: 6px; }
.figure .note { color: var(--faint); font-size: 13px; min-height: 20px; }
.figure.lead { background: var(--accent); border-color: var(--accent); color: #fff; }
.figure.lead .label, .figure.lead .note, .figure.lead .value small { color: #cfe5e3; }
.figures.of-store { grid-template-columns: 1.15fr .7fr 1.15fr 1.3fr; }
.gap { height: 16px; }
.stores { display: grid; grid-template-columns: repeat(auto-fill, minmax(370px, 1fr)); gap: 16px; }
a.store { display: flex; flex-direction: column; color: inherit; transition: border-color .15s, box-shadow .15s; }
a.store:hover { text-decoration: none; border-color: var(--accent); box-shadow: 0 6px 24px rgba(20, 40, 40, .07); }
.row { display: flex; align-items: center; gap: 12px; }
.row .push { margin-left: auto; }
.store .title { font-size: 18px; font-weight: 600; min-width: 0; overflow-wrap: anywhere; line-height: 1.3; }
.store .id { color: var(--faint); font-size: 13px; overflow-wrap: anywhere; }
.store .tags { margin: 6px 0 14px; min-height: 22px; }
.store .proof { margin-top: auto; }
.store .big { font-size: 30px; line-height: 1.2; font-weight: 650; letter-spacing: -.02em; margin-top: 14px; }
.store .big small { font-size: 15px; font-weight: 450; color: var(--soft); letter-spacing: 0; margin-left: 8px; }
.pill { display: inline-flex; align-items: center; gap: 7px; padding: 3px 11px; border-radius: 999px;
  font-size: 13px; white-space: nowrap; background: #efeeea; color: var(--soft); }
.pill::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; }
.pill.good { background: var(--accent-soft); color: var(--accent); }
.pill.warn { background: var(--warn-soft); color: var(--warn); }
.pill.bad { background: var(--bad-soft); color: var(--bad); }
.pill.plain::before { display: none; }
.proof { margin-top: 14px; padding-top: 12px; border-top: 1px solid var(--line); font-size: 13px;
  color: var(--soft); }
.proof .line { display: flex; flex-wrap: wrap; gap: 0 14px; align-items: baseline; padding: 3px 0; }
.proof .line .facts { width: 100%; display: flex; flex-wrap: wrap; gap: 0 14px; }
.proof b { color: var(--ink); font-weight: 600; }
.proof .stream { color: var(--ink); }
.figure .proof { margin-top: 8px; }
.proof .verdict { margin-left: auto; color: var(--accent); font-weight: 600; }
.proof .verdict.warn { color: var(--warn); }
.proof .verdict.bad { color: var(--bad); }
.chart { display: flex; align-items: stretch; gap: 10px; height: 220px; }
.chart .day { flex: 1 1 0; min-width: 0; display: flex; flex-direction: column; justify-content: flex-end;
  text-align: center; }
.chart .amount { font-size: 12px; color: var(--soft); white-space: nowrap; }
.chart .column { background: var(--accent-soft); border-radius: 6px 6px 2px 2px; margin: 4px auto 8px;
  width: 100%; max-width: 46px; min-height: 2px; }
.chart .day.today .column { background: var(--accent); }
.chart .day.today .amount { color: var(--accent); font-weight: 600; }
.chart .date { font-size: 12px; color: var(--faint); border-top: 1px solid var(--line); padding-top: 6px;
  white-space: nowrap; }
.columns { display: grid; grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); gap: 16px; align-items: start; }
.stack { display: grid; gap: 16px; min-width: 0; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 450; font-size: 13px; color: var(--faint); padding: 0 14px 8px 0; }
td { padding: 9px 14px 9px 0; border-top: 1px solid var(--line); vertical-align: middle;
  overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
td.number, th.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
td.number + td:not(.number), th.number + th:not(.number) { padding-left: 16px; }
td.tight { white-space: nowrap; overflow-wrap: normal; width: 1%; }
.sub { color: var(--faint); font-size: 13px; }
.machine { display: flex; gap: 10px; align-items: baseline; margin: 18px 0 8px; font-weight: 600; }
.machine:first-of-type { margin-top: 0; }
.slots { display: grid; grid-template-columns: repeat(auto-fill, minmax(230px, 1fr)); gap: 10px 22px; }
.slot { min-width: 0; padding: 6px 0; }
.slot .top { display: flex; gap: 8px; align-items: baseline; }
.slot .code { color: var(--faint); font-size: 13px; white-space: nowrap; }
.slot .what { min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
.slot .left { margin-left: auto; white-space: nowrap; font-weight: 600; }
.slot .left span { color: var(--faint); font-weight: 400; }
.fill { height: 6px; border-radius: 3px; background: #eceae5; margin-top: 6px; overflow: hidden; }
.fill div { height: 100%; border-radius: 3px; background: var(--accent); }
.fill.low div { background: #d08a24; }
.fill.out { background: var(--bad-soft); }
.tag { font-size: 12px; padding: 1px 8px; border-radius: 999px; background: var(--bad-soft); color: var(--bad);
  white-space: nowrap; }
.tag.warn { background: var(--warn-soft); color: var(--warn); }
.tag.plain { background: #efeeea; color: var(--soft); }
.empty { color: var(--faint); padding: 4px 0; }
.blank { text-align: center; padding: 72px 24px; }
.blank h1 { margin-bottom: 10px; }
.blank p { color: var(--soft); margin: 0 0 20px; }
code { font: 14px/1.5 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace;
  background: #efeeea; border-radius: 8px; padding: 8px 14px; display: inline-block; overflow-wrap: anywhere; }
.head { display: flex; align-items: center; gap: 16px; flex-wrap: wrap; margin-bottom: 22px; }
.head .crumb { width: 100%; font-size: 14px; margin-bottom: -8px; }
.alarm { background: var(--bad-soft); color: var(--bad); padding: 10px 40px; }
.button { display: inline-block; font: inherit; font-weight: 550; padding: 7px 16px; border-radius: 10px;
  cursor: pointer; border: 1px solid #cfcdc7; background: var(--card); color: var(--ink); white-space: nowrap; }
.button:hover { text-decoration: none; border-color: var(--accent); color: var(--accent); }
.button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
.button.main:hover { background: #0a5858; color: #fff; }
.button.grave { color: var(--bad); border-color: #e5b9b5; }
button.button.grave { background: var(--bad); border-color: var(--bad); color: #fff; }
.button.small { padding: 2px 10px; font-size: 13px; border-radius: 8px; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
.head .buttons { margin-left: auto; }
.notice { background: var(--accent-soft); color: var(--accent); font-weight: 600; padding: 12px 18px;
  border-radius: 12px; margin-bottom: 16px; }
.refilling { background: var(--warn-soft); color: #5c3400; padding: 14px 40px; line-height: 1.6; }
.refilling .awaited { display: inline-flex; align-items: center; gap: 8px; margin: 4px 16px 0 0; }
.refilling a { color: inherit; font-weight: 600; }
.figures.of-stock { grid-template-columns: repeat(5, 1fr); }
.search { display: flex; gap: 8px; }
.field { font: inherit; padding: 7px 14px; border: 1px solid #cfcdc7; border-radius: 10px;
  background: #fff; min-width: 0; }
.field:focus { outline: 3px solid var(--accent-soft); border-color: var(--accent); }
.search .field { width: 260px; }
.verify { margin-bottom: 16px; }
.good { color: var(--accent); }
p.sub { margin: 0 0 14px; }
* + p.sub { margin-top: 22px; }
.card > h2 + p.sub { margin-top: -8px; }
.chip { display: inline-block; white-space: nowrap; font-size: 13px; color: var(--soft); margin-right: 12px; }
.chip b { color: var(--ink); font-weight: 600; }
.waits { color: var(--bad); font-weight: 600; }
.none { color: #bdbab3; }
td .buttons { justify-content: flex-end; }
.wide td .buttons { flex-wrap: nowrap; }
.alerts { display: grid; gap: 0; }
.alert { display: flex; gap: 18px; align-items: flex-start; padding: 12px 0; border-top: 1px solid var(--line); }
.alert:first-child { border-top: 0; padding-top: 0; }
.alert:last-child { padding-bottom: 0; }
.alert > div { min-width: 0; overflow-wrap: anywhere; }
.alert .push { margin-left: auto; flex: none; text-align: right; }
.alert b { font-weight: 600; }
.card.urgent { border-color: #e5b9b5; }
.pager { display: flex; gap: 16px; align-items: center; margin-top: 16px; color: var(--faint); }
.act { max-width: 640px; margin: 0 auto; }
.act .card { padding: 30px 34px; }
.act p { color: var(--soft); margin: 10px 0 22px; }
.act label { display: block; margin: 16px 0 0; }
.act label > span { display: block; color: var(--soft); margin-bottom: 5px; }
.act label .field { width: 100%; padding: 10px 14px; }
.act .field[readonly] { background: var(--paper); }
.act label.sure { display: flex; gap: 10px; align-items: center; }
.act label.sure > span { margin: 0; color: var(--ink); }
.act .wrong { color: var(--bad); background: var(--bad-soft); padding: 10px 14px; border-radius: 10px;
  margin-top: 18px; }
.act .hint { color: var(--faint); font-size: 13px; margin-top: 4px; }
.act .buttons { margin-top: 26px; }
.act ol { padding-left: 22px; margin: 20px 0 0; }
.act li { margin-top: 12px; }
.act li code, .act .code { display: block; margin-top: 6px; }
.act .code { font-size: 17px; font-weight: 600; }
.login { max-width: 440px; margin: 14vh auto 0; padding: 0 20px; }
.login .card { padding: 34px; }
.login label { display: block; color: var(--soft); margin: 20px 0 6px; }
.login input { width: 100%; font: inherit; padding: 11px 14px; border: 1px solid #cfcdc7; border-radius: 10px;
  background: #fff; }
.login input:focus { outline: 3px solid var(--accent-soft); border-color: var(--accent); }
.login button { width: 100%; font: inherit; font-weight: 600; margin-top: 16px; padding: 12px; border: 0;
  border-radius: 10px; background: var(--accent); color: #fff; cursor: pointer; }
.login .wrong { color: var(--bad); margin-top: 12px; }
.login .hint { color: var(--faint); font-size: 13px; margin-top: 18px; }
@media (max-width: 1120px) {
  .page { padding: 24px 24px 48px; } .bar { padding: 16px 24px; } .alarm { padding: 10px 24px; }
  .figures, .figures.of-store { grid-template-columns: 1fr 1fr; }
  .figures.of-stock { grid-template-columns: repeat(3, 1fr); }
  .refilling { padding: 14px 24px; }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .chart .amount { font-size: 11px; } .wide td .buttons { flex-wrap: wrap; }
}
@media (max-width: 640px) {
  .page { padding: 16px 12px 40px; } .card { padding: 16px; } .act .card { padding: 20px 16px; }
  .bar { flex-wrap: wrap; padding: 12px; gap: 8px 12px; } .bar .where { display: none; }
  .bar nav { order: 1; width: 100%; margin: 0; overflow-x: auto; } .bar nav a { padding: 5px 10px; }
  .bar .right { gap: 10px; }
  .figures, .figures.of-store, .figures.of-stock { grid-template-columns: minmax(0, 1fr); }
  .figure .value { font-size: 30px; }
  .stores { grid-template-columns: minmax(0, 1fr); }
  .chart { gap: 3px; } .chart .amount { display: none; } .chart .date { font-size: 10px; }
  .search .field { width: 100%; }
  .row.verify { flex-wrap: wrap; } .alert { flex-wrap: wrap; }
  thead { display: none; }
  tr { display: block; border-top: 1px solid var(--line); padding: 10px 0; }
  tr:first-child { border-top: 0; padding-top: 0; }
  td, td.number, td.tight { display: block; width: auto; border: 0; padding: 2px 0; text-align: left;
    white-space: normal; }
  td.number + td:not(.number) { padding-left: 0; }
  td[data-label]:not([data-label=""])::before { content: attr(data-label); color: var(--faint); font-size: 13px;
    margin-right: 10px; }
  td .buttons { justify-content: flex-start; margin-top: 6px; }
}
"""
).replace("FONTS", FONTS)
