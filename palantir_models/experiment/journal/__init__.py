"""The journals of experiments: written while they run, read and kept when they ended."""
