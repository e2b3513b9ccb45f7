"""Declare, run and atomically commit transforms: :mod:`transforms.api` is what users import."""
