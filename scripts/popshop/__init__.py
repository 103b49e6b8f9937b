"""The command line, and what puts several packages together: demo, replay, simulations, benchmarks.

The only package that may import every other one.
"""
