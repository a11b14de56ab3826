"""Check a receipt of the ledger without trusting the city: Python's standard library only.

    python check_receipt.py RECEIPT.json ROOTS.json [KEY ...]

ROOTS.json is what the city publishes at /api/v1/ledger/roots; keep copies of it as the days go by. Each KEY is a public
key from /api/v1/ledger/keys, better from the party itself: the root must bear its signature. The algorithm is in
docs/reference/receipts.md. Exit 0: the entry is in the ledger of its day. Exit 1: it is not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

# Ed25519 (RFC 8032, section 5.1): the curve -x2 + y2 = 1 + d x2 y2 over the integers modulo P.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]  # x, y, z and t = xy/z


def root_of(entry: str, index: int, size: int, path: list[str]) -> str:
    """The root that the entry and its path lead to (RFC 9162, section 2.1.3.2); empty where the path does not fit."""
    digest, last = hashlib.sha256(b"\x00" + entry.encode()).digest(), size - 1
    for sibling in map(bytes.fromhex, path):
        if last == 0:
            return ""
        if index % 2 or index == last:
            digest = hashlib.sha256(b"\x01" + sibling + digest).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            digest = hashlib.sha256(b"\x01" + digest + sibling).digest()
        index, last = index // 2, last // 2
    return digest.hex() if last == 0 else ""


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A point added to itself."""
    total: Point = (0, 1, 1, 0)
    while number:
        total = add(total, point) if number & 1 else total
        point, number = add(point, point), number >> 1
    return total


def point_of(raw: bytes) -> Point:
    """A point from its 32 bytes. Raises ValueError for bytes that are none."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x % 2 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(text: str, raw: bytes, public: bytes) -> bool:
    """Whether 64 bytes are this key's signature over the text."""
    try:
        nonce, key = point_of(raw[:32]), point_of(public)
    except ValueError:
        return False
    number = int.from_bytes(raw[32:], "little")
    digest = int.from_bytes(hashlib.sha512(raw[:32] + public + text.encode()).digest(), "little") % ORDER
    left, right = times(number, BASE), add(nonce, times(digest, key))
    same = (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0
    return number < ORDER and len(raw) == 64 and same


def bears(day: dict, key: str) -> bool:
    """Whether a day's note is about its root and bears the signature of a key told as name+hash+base64."""
    text, _, lines = day["note"].partition("\n\n")
    told = text.split("\n")[2:] == [day["day"], f"{day['first']} {day['last']}", day["root"]]
    name, _, rest = key.partition("+")
    public = base64.b64decode(rest.partition("+")[2])[1:]
    found = (line.split(" ") for line in lines.splitlines())
    by_key = [base64.b64decode(parts[2])[4:] for parts in found if len(parts) == 3 and parts[1] == name]
    return told and any(signed(f"{text}\n", raw, public) for raw in by_key)


def main(receipt_file: str, roots_file: str, *keys: str) -> int:
    """0 where the receipt holds and its day's root bears the signature of each key, else 1."""
    receipt = json.loads(Path(receipt_file).read_text(encoding="utf-8"))
    days = {day["day"]: day for day in json.loads(Path(roots_file).read_text(encoding="utf-8"))}
    day = days.get(receipt["day"])
    found = root_of(receipt["entry"], receipt["index"], receipt["size"], receipt["path"])
    published = day is not None and (day["root"], day["last"] - day["first"] + 1) == (found, receipt["size"])
    holds = published and 0 <= receipt["index"] < receipt["size"]
    missing = [key for key in keys if not (holds and bears(day, key))]
    print("The receipt holds." if holds else "The receipt does not hold.")
    for key in missing if holds else ():
        print(f"The root does not bear the signature of {key.partition('+')[0]}.")
    return 0 if holds and not missing else 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
