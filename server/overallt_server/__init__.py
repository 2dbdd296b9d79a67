"""The server: accounts, things, flattrs, double-entry books and settlement."""
