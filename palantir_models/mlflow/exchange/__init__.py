"""Experiments as runs in a tracking store of MLflow's, and runs from one as experiments."""
