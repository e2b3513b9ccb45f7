"""The names by which tests of Foundry repositories build a pipeline on frames; :mod:`transforms.testing` does the work."""
