"""Foundry's public REST interface to models and experiments, for reading, as its official client speaks it.

It is a FastAPI application that the page's server mounts below ``/api`` and imports at its first request:

``/api/v2/models/{modelRid}``, ``…/versions``, ``…/versions/{modelVersionRid}``
    A model and its versions.
``…/experiments/{experimentRid}``, ``POST …/experiments/search``
    One experiment; those that a filter finds, in pages.
``…/experiments/{experimentRid}/series/{name}/json`` and ``/parquet``
    The values of a metric.
``…/experiments/{experimentRid}/artifactTables/{name}/json`` and ``/parquet``
    The rows of a table.
``/api/openapi.json``
    All of it as an OpenAPI document.
"""
