"""What watches the server from outside: liveness, readiness, figures."""
