"""A provider of remote meters: a process that reads simulated meters and sends what they show over
HTTP."""
