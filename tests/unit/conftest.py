"""Properties are judged by what they find, not by how busy the computer is."""

from hypothesis import settings

settings.register_profile("popshop", settings(deadline=None))
settings.load_profile("popshop")
