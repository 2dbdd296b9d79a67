"""How money enters and leaves: what banks write and read."""
