"""A serial scanner on a pty: sends what it is told that it sees, as a real one would."""
