"""The reserved host that answers clicks: pairing, consent, tickets."""
