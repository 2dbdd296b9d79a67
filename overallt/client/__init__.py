"""The patron's side of the server's API: asking, signing in, what exists."""
