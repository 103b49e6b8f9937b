"""What a basket costs: list prices, the shop's reductions and the tax, to the minor unit. Pure, whole numbers only."""
