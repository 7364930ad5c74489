"""Bills by e-mail: to whom, what became of each message, and never the same one twice."""
