"""Many stores, headquarters, an online seller and people in one process, on a seeded clock and a faulty network.

The code under test is the code that ships; what is simulated is the world around it. See docs/simulation.md.
"""
