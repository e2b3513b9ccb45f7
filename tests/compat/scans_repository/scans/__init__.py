"""Scans that come in, what a service says of them, and what is counted."""
