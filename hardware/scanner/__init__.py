"""Scanners for codes on goods, phones and coupons."""
