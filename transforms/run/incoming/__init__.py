"""Files that come from outside, read strictly: nothing in them is changed, dropped or guessed from a sample."""
