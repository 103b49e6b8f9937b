"""An existing machine's MDB bus, on which we are the cashless device."""
