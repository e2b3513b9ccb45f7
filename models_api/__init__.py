"""The contexts of models that run elsewhere, as Foundry code imports them for its annotations."""
