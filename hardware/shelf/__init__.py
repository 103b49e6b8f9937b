"""Cloud shelves: plates that weigh, labels that show prices, a sensor that sees somebody come."""
