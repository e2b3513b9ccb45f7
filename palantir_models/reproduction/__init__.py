"""Building a version of a model again, apart from its store, and comparing what comes out with what was published."""
