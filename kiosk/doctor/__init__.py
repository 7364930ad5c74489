"""The installer's ``lobbypay doctor``: what is attached, whether it works, and what to do if not."""
