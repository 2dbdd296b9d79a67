"""Finds text tags in a page's bytes and prints buttons in their place."""
