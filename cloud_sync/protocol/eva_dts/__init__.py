"""EVA-DTS, the vending trade's standard for audits (DEX files) and event codes. Pure; of ours it imports `money` only.

`dex` reads and writes the file, `typing_audit` makes the typed values of `audit` of it, `reconcile` compares two audits
with a shop's own counts, `events` says what a machine's codes mean. What does not fit is said, never mended.
"""
