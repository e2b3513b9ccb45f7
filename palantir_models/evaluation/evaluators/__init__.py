"""Scoring a model with scikit-learn, and logging what came out."""
