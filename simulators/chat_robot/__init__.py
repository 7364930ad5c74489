"""A chat's robot, or any webhook: keeps what it is sent, and answers as it is told to."""
