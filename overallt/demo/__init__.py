"""The demonstration: a small site, two people, and things already there."""
