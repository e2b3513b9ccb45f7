"""``python -m tests.s3_server PORT``: moto's S3 alone; of all its services, half of every answer is finding out which is meant."""

from __future__ import annotations

import sys

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple


class Quick(MotoRequestHandler):
    """Lets a client ask again on the connection that it has, and keeps no log that nobody reads."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), create_backend_app("s3"), threaded=True, request_handler=Quick)
