"""Receipts on paper: layout, ESC/POS, and the worker that brings prints to their printer."""
