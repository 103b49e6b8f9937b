"""A shelf that is not there: geometry, plates' physics and shoppers' hands, all from a seed. No clock, no wire."""
