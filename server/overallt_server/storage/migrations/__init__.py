"""Numbered migrations of the database; one that was released is never edited."""
