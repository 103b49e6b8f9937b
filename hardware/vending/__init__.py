"""Vending and sampling machines: what can happen to one, and a simulator of one."""
