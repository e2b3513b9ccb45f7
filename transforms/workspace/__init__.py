"""Datasets outside of a job: what notebooks and scripts read and write."""
