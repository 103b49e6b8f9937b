"""A pop-up shop that runs by itself: the real processes, with simulated machines, shoppers and staff."""
