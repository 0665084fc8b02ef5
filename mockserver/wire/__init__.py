"""How meaning is written in each API version."""
