"""Transforms, a module a subject; ``pipeline.py`` finds them."""
