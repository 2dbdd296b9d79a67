"""The world outside: whatever the server fetches there, and asks of its names."""
