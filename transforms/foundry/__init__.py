"""Running transforms from a program of one's own."""
