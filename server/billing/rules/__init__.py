"""How a fee is calculated: one file a rule, each a pure function of its facts."""
