"""The business day: cash in the drawer, counting it, and the X and Z reports. Pure: no I/O, no clock."""
