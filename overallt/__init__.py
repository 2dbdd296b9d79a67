"""Överallt: text tags on any web page become live buttons."""
