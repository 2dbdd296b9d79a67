"""What both sides of the wire must agree on; standard library only."""
