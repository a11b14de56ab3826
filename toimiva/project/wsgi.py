"""The web application for a WSGI server.

Django has a few threads of its own, however many requests the server has in hand: more would wait for one another, and
each keeps a connection to the database. Single observations of devices are taken before it, many together.
"""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "toimiva.project.settings")
_DJANGO = get_wsgi_application()

from toimiva.capabilities.sensors.api import Door  # noqa: E402 - models are there only now

THREADS = 4
_POOL = ThreadPoolExecutor(THREADS, "django")


def _ordinary(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    return _POOL.submit(_DJANGO, environ, start).result()


application = Door(_ordinary)
