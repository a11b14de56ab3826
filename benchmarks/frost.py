"""FROST-Server, the peer by the same standard, on a PostgreSQL with PostGIS of its own; prints the figures of a load.

It runs where TOIMIVA_FROST names a folder with FROST-Server.war and the database's driver (lib/*.jar), built from its
source by `mvn -Dspotless.skip=true -Dmaven.test.skip=true -pl FROST-Server.HTTP -am package`, and Debian's tomcat10
and a Java are installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from benchmarks.posting import CONNECTIONS, post_for
from tests.parts.brokers import free_port
from tests.parts.postgres import LASTING, run_server

__all__ = ["is_there"]

TOMCAT = Path("/usr/share/tomcat10")
ROOT = "/FROST-Server/v1.1"
BATCHES, ROWS = 5, 10_000
_MANAGER = "de.fraunhofer.iosb.ilt.frostserver.persistence.pgjooq.PostgresPersistenceManager"
_SERVER = """<Server port="-1"><Service name="Catalina"><Connector port="{port}" address="127.0.0.1" maxThreads="64"
maxKeepAliveRequests="-1"/><Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"
autoDeploy="false"/></Engine></Service></Server>"""


def is_there() -> bool:
    """Whether it can run here."""
    return "TOIMIVA_FROST" in os.environ and (TOMCAT / "lib").exists()


def main() -> None:
    with run_server(*LASTING) as url, tempfile.TemporaryDirectory() as folder, _running(url, Path(folder)) as port:
        streams = [_stream(port, number) for number in range(64)]
        told = {str(count): post_for(ROOT, streams, port, count) for count in CONNECTIONS}
        print(json.dumps({"by_connections": told, "bulk": _bulk(port, streams[:10]), "rows": BATCHES * ROWS}))


@contextmanager
def _running(url: str, folder: Path) -> Iterator[int]:
    """The server with a database of its own; yields its port."""
    own = f"{url.rpartition('/')[0]}/frost"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE frost")
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
    port, frost = free_port(), Path(os.environ["TOIMIVA_FROST"])
    for name in ("conf", "webapps", "logs", "temp", "work"):
        (folder / name).mkdir()
    (folder / "conf" / "server.xml").write_text(_SERVER.format(port=port))
    with zipfile.ZipFile(frost / "FROST-Server.war") as war:
        war.extractall(folder / "webapps" / "FROST-Server")
    jars = [*TOMCAT.glob("bin/*.jar"), *TOMCAT.glob("lib/*.jar"), *frost.glob("lib/*.jar")]
    told = {
        "serviceRootUrl": f"http://127.0.0.1:{port}/FROST-Server", "persistence_db_driver": "org.postgresql.Driver",
        "persistence_db_url": f"jdbc:postgresql://127.0.0.1:{own.rpartition(':')[2]}",
        "persistence_db_username": "postgres", "persistence_db_password": "x", "persistence_db_conn_max": "20",
        "persistence_autoUpdateDatabase": "true", "persistence_persistenceManagerImplementationClass": _MANAGER,
    }  # fmt: skip
    command = [
        "java", "-Xmx2g", f"-Dcatalina.base={folder}", f"-Dcatalina.home={TOMCAT}", "-cp", ":".join(map(str, jars)),
        "org.apache.catalina.startup.Bootstrap", "start",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | told, **quiet) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(120):
        try:
            httpx.get(f"http://127.0.0.1:{port}{ROOT}/Things", timeout=60).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise SystemExit("FROST-Server did not come.")


def _stream(port: int, number: int) -> int:
    """A datastream of a thing with a place, which its first observation makes known."""
    place = {"type": "Point", "coordinates": [24.9, 60.2]}
    named = {"name": f"Thing {number}", "description": "d"}
    posted = httpx.post(f"http://127.0.0.1:{port}{ROOT}/Things", json=named | {
        "Locations": [{**named, "encodingType": "application/geo+json", "location": place}],
        "Datastreams": [{**named, "observationType": "m", "unitOfMeasurement": {"name": "d", "symbol": "Cel", "definition": "d"},
                         "Sensor": {**named, "encodingType": "text/html", "metadata": "m"},
                         "ObservedProperty": {**named, "definition": "t"}}],
    })  # fmt: skip
    posted.raise_for_status()
    (row,) = httpx.get(f"{posted.headers['location']}/Datastreams").json()["value"]
    one = httpx.post(
        f"http://127.0.0.1:{port}{ROOT}/Datastreams({row['@iot.id']})/Observations", json={"result": 0}, timeout=60
    )
    one.raise_for_status()
    return int(row["@iot.id"])


def _bulk(port: int, streams: list[int]) -> float:
    """Seconds for arrays of observations (CreateObservations), as many rows for each of ten datastreams."""
    each = ROWS // len(streams)
    began = time.perf_counter()
    for batch in range(BATCHES):
        body = [
            {
                "Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"],
                "dataArray": [[f"2026-0{batch + 1}-01T{n // 60:02}:{n % 60:02}:00Z", n] for n in range(each)],
            }
            for stream in streams
        ]  # fmt: skip
        answer = httpx.post(f"http://127.0.0.1:{port}{ROOT}/CreateObservations", json=body, timeout=600)
        answer.raise_for_status()
        assert len(answer.json()) == ROWS
        assert "error" not in answer.json()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
