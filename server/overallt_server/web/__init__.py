"""The server's face: URLs, headers, JSON and pages; it decides nothing itself."""
