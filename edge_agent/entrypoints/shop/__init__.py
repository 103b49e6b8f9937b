"""Scan-to-buy (扫码购): the pages that a shopper's own phone opens in the store's network, without a login."""
