"""A shop's repository."""
