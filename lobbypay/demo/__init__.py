"""The whole house on one machine: server, simulators and kiosk, for people and for scripts."""
