"""Tables, queries and transactions, on SQLite and on PostgreSQL."""
