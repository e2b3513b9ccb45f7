"""The model page: a local, read-only web server over one store, for looking at models in a browser.

A user starts it with ``transforms ui``. For development, in the folder of a project:

    transforms ui --no-open --port 8123

Everything that is shown comes through :mod:`palantir_models.reading` and the store's reading functions; nothing is written
and nothing is fetched from a network. Paths of the server:

``/``, ``/models/…``, ``/datasets/…``, ``/builds/…``, ``/lineage``
    One HTML document (:mod:`~palantir_models.page.document`), whose scripts read the address.
``/static/{hash}/…``
    The bundle that is made from ``ui/``; it never changes under its address.
``/frame``
    The document of the sandboxed frame in which plots are drawn.
``/data/…``
    JSON and columns of numbers for those scripts; an error is ``{"error": {"title", "detail", "hint"}}``.
``/api/…``
    The public REST interface (:mod:`palantir_models.page.rest`), loaded when it is first asked for.

Models, datasets, versions and experiments are addressed by the RIDs of :mod:`~palantir_models.page.ids`, never by a path.
"""
