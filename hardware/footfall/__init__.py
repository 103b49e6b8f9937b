"""People counters at a door: how many come in and go out, without a camera and without knowing anybody."""
