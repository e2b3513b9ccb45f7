"""Wine: raw measurements, cleaned and split, two families of classifiers, and their scores."""
