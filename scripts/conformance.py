"""Runs OGC's kit (in FOLDER/lib) against an address, and prints what passed; part of scripts/conformance.sh."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import httpx

POINT = {"type": "Point", "coordinates": [24.94, 60.17]}
THING = {
    "name": "T", "description": "d", "properties": {"a": 1},
    "Locations": [{"name": "L", "description": "d", "encodingType": "application/geo+json", "location": POINT}],
    "Datastreams": [{
        "name": "D", "description": "d", "unitOfMeasurement": {"name": "C", "symbol": "C", "definition": "ucum:Cel"},
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "Sensor": {"name": "S", "description": "d", "encodingType": "application/pdf", "metadata": "m"},
        "ObservedProperty": {"name": "O", "description": "d", "definition": "https://x.example/o"},
        "Observations": [
            {"result": 1, "phenomenonTime": "2027-01-01T00:00:00Z", "resultTime": "2027-01-01T00:00:00Z"}
        ],
    }],
}  # fmt: skip


def main(folder: Path, address: str) -> int:
    waiting_until = time.monotonic() + 60
    while not _is_up(address) and time.monotonic() < waiting_until:
        time.sleep(0.5)
    httpx.post(f"{address}Things", json=THING).raise_for_status()
    entries = f'<entry key="iut">{address}</entry><entry key="ics">3</entry>'
    (folder / "run.xml").write_text(f'<?xml version="1.0"?><properties version="1.0">{entries}</properties>')
    controller = "org.opengis.cite.sta10.TestNGController"
    command = ["java", f"-Duser.home={folder}", "-cp", f"{folder}/lib/*", controller, str(folder / "run.xml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"The kit did not run:\n{done.stderr[-3000:]}", file=sys.stderr)
        return 1
    root = ElementTree.parse(next(folder.glob("testng/*/testng-results.xml"))).getroot()
    for method in root.iter("test-method"):
        message = method.find(".//exception/message")
        told = (message.text or "").strip()[:300] if message is not None else ""
        print(method.get("status"), method.get("name"), told)
    print({name: root.get(name) for name in ("passed", "failed", "skipped")})
    return 0 if root.get("failed") == root.get("skipped") == "0" else 1


def _is_up(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.TransportError:
        return False


sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
