"""Where the state of accounts lives, behind one small protocol."""
