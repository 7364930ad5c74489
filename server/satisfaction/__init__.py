"""How satisfied residents are, how long they wait, and when most come: at kiosks and about requests."""
