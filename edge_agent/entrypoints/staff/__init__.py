"""The staff tablet: one page that shows what needs a person, and lets them say what they found."""
