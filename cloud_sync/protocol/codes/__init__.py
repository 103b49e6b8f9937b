"""What a scanned text means: products, GS1 data, payment codes, and the codes that popshop signs itself.

`meaning.meaning_of` is the one door; `masking.masked` says what of a text may be kept. Pure: nothing here reads a
clock, a file or a key by itself. `docs/codes.md` is the page for people.
"""
