"""`python -m popshop` is `popshop`."""

from __future__ import annotations

from popshop.cli import main

main()
