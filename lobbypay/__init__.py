"""The command ``lobbypay``, and the demo that plays the whole house."""
