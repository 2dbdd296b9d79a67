"""What the server does: load, ask the core, store; one transaction each."""
