"""Handwritten digits: a network trained epoch by epoch, with everything it goes through logged."""
