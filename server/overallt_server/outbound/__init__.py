"""Outbound: all that leaves the server by itself."""
