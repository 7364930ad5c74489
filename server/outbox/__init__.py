"""What residents are to be told: written down with what happened, and what became of each message."""
