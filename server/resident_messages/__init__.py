"""Messages to residents: who is told what, by which way, when, with whose consent, and the log of it."""
