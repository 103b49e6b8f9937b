"""Measurements, each beside a baseline in the same run. Only ratios are claims; rates depend on the machine."""
