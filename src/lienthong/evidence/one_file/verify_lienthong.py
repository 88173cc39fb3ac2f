"""Verifies an evidence package on your own machine, with nothing but Python 3.9 or newer, and without a network.

    python3 -I verify_lienthong.py PACKAGE --root=KEY

PACKAGE is the zip file of one exchange; KEY is the directory's root key (43 characters of base64url), which you should
have from somebody else than who gave you the package. Exit code 0: everything is proven, and the text says what.
Exit code 1: something does not hold, and the text names the part. What this version cannot check it refuses.

It makes the checks of `verify.py` again and shares no code with it: whoever doubts the one can read the other.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_to_bytes

MAX_COUNT = 2**53 - 1  # the largest number that RFC 8785 writes exactly
MAX_ZIP_BYTES, MAX_STATEMENT_BYTES, MAX_HEADER_BYTES, MAX_NOTE_BYTES = 1 << 30, 65_535, 1 << 20, 64 * 1024
MAX_PATH, MAX_SIGNATURES, MAX_ROOTS, MAX_SEGMENT = 53, 32, 256, 255
HASH_BYTES, SALT_BYTES, SIGNATURE_BYTES, KEY_ID_BYTES, TIME_BYTES = 32, 16, 64, 4, 8
MEMBER_SEGMENTS, ORIGIN_SLASHES = 3, 4
STATUSES = (100, 999)
CLOCK_SKEW_MS = 5 * 60 * 1000
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, struct.error)


class RefusalError(Exception):
    """Something does not hold; the text names the part."""


def require(holds: object, part: str, why: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise RefusalError(f"{part}: {why}")


# Ed25519 (RFC 8032 section 5.1), verification only. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]


def add_points(one: Point, two: Point) -> Point:
    """Add two points; the formula holds for equal ones too."""
    low, high = (one[1] - one[0]) * (two[1] - two[0]), (one[1] + one[0]) * (two[1] + two[0])
    cross, both = 2 * CURVE * one[3] * two[3], 2 * one[2] * two[2]
    e, f, g, h = high - low, both - cross, both + cross, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply_point(factor: int, point: Point) -> Point:
    """Add a point to itself `factor` times."""
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = add_points(total, point)
        point = add_points(point, point)
        factor >>= 1
    return total


def decode_point(raw: bytes) -> Point | None:
    """Read a point in its one spelling; None if there is none, or if it has a small order."""
    number = int.from_bytes(raw, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    u, v = y * y - 1, CURVE * y * y + 1
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (v * x * x - u) % P:
        return None
    x = x if x & 1 == sign else P - x
    point = (x, y, 1, x * y % P)
    return None if multiply_point(8, point)[0] == 0 else point


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(HASH_BYTES, "little"))


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature over the message is the key's."""
    if len(key) != HASH_BYTES or len(signature) != SIGNATURE_BYTES or BASE is None:
        return False
    point, scalar = decode_point(key), int.from_bytes(signature[HASH_BYTES:], "little")
    if point is None or decode_point(signature[:HASH_BYTES]) is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:HASH_BYTES] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    minus = (P - point[0], point[1], 1, P - point[3])
    x, y, z, _ = add_points(multiply_point(scalar, BASE), multiply_point(challenge, minus))
    inverse = pow(z, -1, P)
    found = y * inverse % P | (x * inverse % P & 1) << 255
    return found.to_bytes(HASH_BYTES, "little") == signature[:HASH_BYTES]


def sha256(*pieces: bytes) -> bytes:
    """Hash the pieces as one."""
    return hashlib.sha256(b"".join(pieces)).digest()


def to_url(raw: bytes) -> str:
    """Spell bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64(text: str, *, url: bool = False) -> bytes:
    """Read base64 in its one spelling."""
    padding = "=" * (-len(text) % 4) if url else ""
    raw = base64.b64decode(text + padding, altchars=b"-_" if url else None, validate=True)
    require((to_url(raw) if url else base64.b64encode(raw).decode()) == text, "base64", f"not canonical: {text[:80]!r}")
    return raw


def canonical(value: object) -> str:
    """Write a value as RFC 8785 does; numbers with a fraction, which nothing here has, are refused."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    exact = not isinstance(value, float) and (not isinstance(value, int) or abs(value) <= MAX_COUNT)
    require(exact, "JSON", f"a number that cannot be written exactly: {value!r}")
    return json.dumps(value, ensure_ascii=False)


def canonical_tuf(value: object) -> str:
    """Write a value as TUF's canonical JSON does, which escapes nothing but the quote and the backslash."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical_tuf(name)}:{canonical_tuf(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical_tuf, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return canonical(value)


def read_json(part: str, raw: bytes) -> dict[str, Any]:
    """Read a JSON object in its RFC 8785 bytes."""
    value = json.loads(raw.decode())
    require(isinstance(value, dict) and canonical(value).encode() == raw, part, "not an object in its RFC 8785 bytes")
    return dict(value)


def require_fields(part: str, value: dict[str, Any], needed: str, optional: str = "") -> dict[str, Any]:
    """Require these fields and no others: an unknown one might change what the others mean."""
    names = set(value)
    known = set(needed.split()) <= names <= set(f"{needed} {optional}".split())
    require(known, part, f"expected the fields {needed} [{optional}], got {sorted(names)}")
    return value


LOCAL, CENTRAL, END = struct.Struct("<4sHHHHHIIIHH"), struct.Struct("<4sHHHHHHIIIHHHHHII"), struct.Struct("<4sHHHHIIH")
LOCAL_MAGIC = b"PK\3\4"


def write_zip(parts: dict[str, bytes]) -> bytes:
    """Write the one zip of these parts: stored, sorted by name, dated 1980-01-01, with nothing between them."""
    central = b""
    pieces: list[bytes] = []
    offset = 0
    for name in sorted(parts):
        data, spelled = parts[name], name.encode("ascii")
        head = (20, 0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(spelled), 0)
        central += CENTRAL.pack(b"PK\1\2", 20, *head, 0, 0, 0, 0, offset) + spelled
        pieces += (LOCAL.pack(LOCAL_MAGIC, *head) + spelled, data)
        offset += LOCAL.size + len(spelled) + len(data)
    return b"".join(pieces) + central + END.pack(b"PK\5\6", 0, 0, len(parts), len(parts), len(central), offset, 0)


CONTENT = {"whole": "salt header body", "no_body": "salt header body-sha256", "erased": "", "none": ""}


def read_package(raw: bytes) -> dict[str, bytes]:
    """Give the parts by name; an altered, unknown, missing or superfluous one is refused."""
    require(len(raw) <= MAX_ZIP_BYTES, "the file", "too large for a package")
    parts: dict[str, bytes] = {}
    at = 0
    while raw[at : at + 4] == LOCAL_MAGIC:
        fields = LOCAL.unpack_from(raw, at)
        start = at + LOCAL.size + fields[9]
        name, at = raw[at + LOCAL.size : start].decode("ascii"), start + fields[8]
        parts[name] = raw[start:at]
    require(write_zip(parts) == raw, "the file", "not the one zip of its parts; it was altered or cut")
    manifest = read_json("manifest.json", parts["manifest.json"])
    require_fields("manifest.json", manifest, "exchange keeper kind request response sender v")
    require((manifest["kind"], manifest["v"]) == ("evidence", 1), "manifest.json", "not of version 1")
    expected, received = {"manifest.json", "directory.json"}, set()
    for which in ("request", "response"):
        state = manifest[which]
        if which == "request" or state != "none" or any(name.startswith("response") for name in parts):
            expected |= {f"{which}/{name}" for name in f"statement.json proof {CONTENT[state]}".split()}
            received |= {f"{which}/received/{name}" for name in ("statement.json", "proof")}
    require(expected <= set(parts) <= expected | received, *_describe_difference(expected, received, set(parts)))
    return parts


def _describe_difference(expected: set[str], received: set[str], found: set[str]) -> tuple[str, str]:
    odd = sorted(expected - found) or sorted(found - expected - received) or [""]
    return odd[0], "missing, unknown, or not what the manifest says is there"


class Directory(NamedTuple):
    """What is needed of the signed directory: logs by origin, names of members, keys of witnesses."""

    version: int
    issued: int
    logs: dict[str, dict[str, Any]]
    members: dict[str, str]
    witnesses: dict[str, bytes]


def read_directory(raw: bytes, root: bytes) -> Directory:
    """Give the directory that the root key signed, directly or through TUF's roots and targets."""
    part = "directory.json"
    document = read_json(part, raw)
    if "roots" in document:
        content = follow_chain(part, require_fields(part, document, "directory roots targets"), root)
    else:
        content = require_fields(part, document, "signed signatures")["signed"]
        wanted = hashlib.sha256(root).hexdigest()
        found = [each["sig"] for each in document["signatures"] if each["keyid"] == wanted]
        signed = found and is_signed(root, canonical(content).encode(), from_base64(found[0], url=True))
        require(signed, part, "not signed by the root key; check the key")
    require(content["type"] == "directory", part, "not a directory")
    needed = "type version instance issued expires authority"
    require_fields(part, content, needed, "members gateways groups witnesses")
    logs = read_logs(part, content.get("gateways", []))
    members = {member["id"]: member["name"] for member in content.get("members", [])}
    witnesses = {each["name"]: from_base64(each["key"], url=True) for each in content.get("witnesses", [])}
    return Directory(content["version"], content["issued"], logs, members, witnesses)


def read_logs(part: str, gateways: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give the gateways' logs by origin, their keys as bytes; none is listed twice, and no key serves two."""
    logs: dict[str, dict[str, Any]] = {}
    for gateway in gateways:
        require_fields(part, gateway, "id addresses tls", "logs")
        for log in gateway.get("logs", []):
            require_fields(part, log, "origin key from", "closed")
            origin = log["origin"]
            place = origin.startswith(gateway["id"] + "/") and origin.count("/") == ORIGIN_SLASHES
            require(place and origin not in logs, part, f"the log {origin} is out of place or listed twice")
            if log.get("closed") is not None:
                require_fields(part, log["closed"], "size root time reason")
            logs[origin] = {**log, "key": from_base64(log["key"], url=True)}
    require(len({log["key"] for log in logs.values()}) == len(logs), part, "one key is listed for two logs")
    return logs


def follow_chain(part: str, document: dict[str, Any], anchor: bytes) -> dict[str, Any]:
    """Give the directory that TUF's targets name, signed by the last of the roots that lead to it from `anchor`."""
    roots = document["roots"]
    require(0 < len(roots) <= MAX_ROOTS, part, "no roots, or too many")
    last = roots[0]["signed"]
    own = [each for each in last["roles"]["root"]["keyids"] if last["keys"][each]["keyval"]["public"] == anchor.hex()]
    anchored = any(_is_signed_by(roots[0], last, keyid) for keyid in own)
    require(anchored, part, "the first root is not signed by the root key; check the key")
    for number, root in enumerate(roots):
        signed = root["signed"]
        follows = not number or signed["version"] == last["version"] + 1
        require(signed["_type"] == "root" and follows, part, "its roots do not follow each other")
        for judge in (last, signed):
            _require_threshold(part, root, judge, "root")
        last = signed
    targets = document["targets"]
    require(targets["signed"]["_type"] == "targets", part, "no targets")
    _require_threshold(part, targets, last, "targets")
    listed, content = targets["signed"]["targets"]["directory.json"], canonical(document["directory"]).encode()
    same = listed["length"] == len(content) and listed["hashes"]["sha256"] == sha256(content).hex()
    require(same, part, "the signed targets name another directory")
    directory: dict[str, Any] = document["directory"]
    return directory


def _require_threshold(part: str, metadata: dict[str, Any], judge: dict[str, Any], role: str) -> None:
    """Require signatures by as many different keys of a role as the role's root asks for."""
    version = metadata["signed"]["spec_version"].partition(".")[0]
    keyids, threshold = judge["roles"][role]["keyids"], judge["roles"][role]["threshold"]
    require(version == "1" and threshold >= 1, part, "not TUF of version 1")
    signers = {judge["keys"][each]["keyval"]["public"] for each in keyids if _is_signed_by(metadata, judge, each)}
    require(len(signers) >= threshold, part, f"its {role} has {len(signers)} of {threshold} signatures")


def _is_signed_by(metadata: dict[str, Any], judge: dict[str, Any], keyid: str) -> bool:
    key = judge["keys"][keyid]
    found = [bytes.fromhex(each["sig"]) for each in metadata["signatures"] if each["keyid"] == keyid]
    is_known = (key["keytype"], key["scheme"]) == ("ed25519", "ed25519")
    message = canonical_tuf(metadata["signed"]).encode()
    return is_known and len(found) == 1 and is_signed(bytes.fromhex(key["keyval"]["public"]), message, found[0])


STATEMENTS = {
    "request": ("client commitment exchange id kind reliable service time to until v", "purpose"),
    "response": ("answers client commitment exchange kind service status time to v", ""),
    "received": ("from index kind leaf root size v", "exchange id until"),
    "refused": ("answers code kind to v", ""),
    "unknown": ("answers kind v", ""),
}
HASH = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


def read_statement(part: str, raw: bytes, *kinds: str) -> dict[str, Any]:
    """Read a statement of one of these kinds in its canonical bytes."""
    require(len(raw) <= MAX_STATEMENT_BYTES, part, "too long")
    statement = read_json(part, raw)
    require(statement.get("kind") in kinds, part, f"expected the kind {' or '.join(kinds)}")
    require_fields(part, statement, *STATEMENTS[statement["kind"]])
    for name, value in statement.items():
        if name in {"time", "until", "index", "size", "status", "v"}:
            good = type(value) is int and 0 <= value <= MAX_COUNT
        elif name in {"commitment", "id", "answers", "leaf", "root"}:
            good = isinstance(value, str) and HASH.fullmatch(value) is not None
        else:
            good = isinstance(value, bool if name == "reliable" else str)
        good = good and (name != "v" or value == 1) and (name != "status" or STATUSES[0] <= value <= STATUSES[1])
        require(good, part, f"{name} cannot be {value!r}")
    return statement


class Place(NamedTuple):
    """A proven entry: its log, its leaf, where it stands, and why it does not count by itself (closed logs)."""

    origin: str
    leaf: str
    number: int
    size: int
    root: str
    witnessed: dict[str, int]
    late: bool


def find_root(part: str, leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Give the root that an inclusion path leads to (RFC 9162 section 2.1.3.2)."""
    require(index < size, part, "its index lies behind its checkpoint")
    root, last = leaf, size - 1
    for sibling in path:
        require(last, part, "its path is too long")
        if index & 1 or index == last:
            root = sha256(b"\1", sibling, root)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            root = sha256(b"\1", root, sibling)
        index, last = index >> 1, last >> 1
    require(not last, part, "its path is too short")
    return root


def read_note(part: str, raw: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Split a C2SP signed note into its text and the signatures: name, and key id with signature."""
    decoded = raw.decode()
    text, blank, signed = decoded.rpartition("\n\n")
    lines = signed[:-1].split("\n")
    whole = blank and signed.endswith("\n") and len(raw) <= MAX_NOTE_BYTES and len(lines) <= MAX_SIGNATURES
    require(whole and not re.search(r"[\x00-\x09\x0b-\x1f]", decoded), part, "no signed note")
    found = [re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]{8,})", line) for line in lines]
    signatures = [(match[1], from_base64(match[2])) for match in found if match]
    require(
        len(signatures) == len(lines) and all(len(each) > KEY_ID_BYTES for _, each in signatures),
        part,
        "a bad signature line",
    )
    return f"{text}\n".encode(), signatures


def verify_place(part: str, directory: Directory, origin: str, statement: bytes, proof: bytes) -> Place:
    """Require that the log holds the statement: its key's checkpoint, and a path to it (C2SP tlog-proof)."""
    log = directory.logs.get(origin)
    require(log, part, f"the log {origin} is not in the directory")
    log = directory.logs[origin]
    head, _, note = proof.partition(b"\n\n")
    shape = re.fullmatch(
        r"c2sp\.org/tlog-proof@v1\nindex (0|[1-9][0-9]{0,15})((?:\n[A-Za-z0-9+/=]+)*)", head.decode("ascii")
    )
    text, signatures = read_note(part, note)
    body = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n", text.decode())
    if shape is None or body is None or body[1] != origin:
        raise RefusalError(f"{part}: not a proof with a checkpoint of {origin}")
    key_id = sha256(origin.encode(), b"\n\1", log["key"])[:4]
    own = [each[KEY_ID_BYTES:] for name, each in signatures if name == origin and each[:4] == key_id]
    require(
        len(own) == 1 and is_signed(log["key"], text, own[0]), part, "its checkpoint is not signed by its log's key"
    )
    path = [from_base64(line) for line in shape[2].split("\n")[1:]]
    index, size, root, leaf = int(shape[1]), int(body[2]), from_base64(body[3]), sha256(b"\0", statement)
    sized = size <= MAX_COUNT and len(path) <= MAX_PATH and all(len(each) == HASH_BYTES for each in path)
    require(
        sized and find_root(part, leaf, index, size, path) == root, part, "its path does not lead to its checkpoint"
    )
    witnessed = find_witnesses(directory, origin, text, signatures)
    closed = log.get("closed")
    late = closed is not None and not (
        (size, to_url(root)) == (closed["size"], closed["root"])
        or (size <= closed["size"] and _is_before(closed, witnessed))
    )
    return Place(origin, to_url(leaf), index, size, to_url(root), witnessed, late)


def find_witnesses(
    directory: Directory, origin: str, text: bytes, signatures: list[tuple[str, bytes]]
) -> dict[str, int]:
    """Give when (ms) which witnesses of other members cosigned a checkpoint (C2SP tlog-cosignature)."""
    witnessed: dict[str, int] = {}
    for name, raw in signatures:
        key = directory.witnesses.get(name)
        if key is None or name in witnessed or name.startswith(member_of(origin) + "/"):
            continue
        if (
            raw[:4] == sha256(name.encode(), b"\n\4", key)[:4]
            and len(raw) == KEY_ID_BYTES + TIME_BYTES + SIGNATURE_BYTES
        ):
            seconds = int.from_bytes(raw[4:12], "big")
            if seconds < 1 << 63 and is_signed(key, b"cosignature/v1\ntime %d\n" % seconds + text, raw[12:]):
                witnessed[name] = seconds * 1000
    return witnessed


def _is_before(closed: dict[str, Any], witnessed: dict[str, int]) -> bool:
    return any(each <= closed["time"] for each in witnessed.values())


def member_of(name: str) -> str:
    """Give the member that a client, service or log name belongs to."""
    return "/".join(name.split("/")[:MEMBER_SEGMENTS])


_VALUE = rb"(?![\t ])[\t -~\x80-\xff]*(?<![\t ])"
_HEADERS = rb"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:" + _VALUE + rb"\r\n)*"
FIRST_LINES = {
    "request": re.compile(rb"[A-Z]+\r\n/[!-~\x80-\xff]*\r\n" + _HEADERS),
    "response": re.compile(rb"[1-9][0-9][0-9] [\t -~\x80-\xff]*\r\n" + _HEADERS),
}


def normal_name(part: str, raw: bytes, *counts: int) -> str:
    """Write a client's or service's name in its one spelling."""
    segments = raw.decode().split("/")
    require(len(segments) in counts, part, f"{raw[:80]!r} names no client or service")
    normal = []
    for segment in segments:
        require(re.fullmatch(r"(?:[!-$&-.0-~]|%[0-9A-Fa-f]{2})+", segment), part, f"{segment[:80]!r} is no name")
        plain = unquote_to_bytes(segment).decode()
        odd = plain in {".", ".."} or len(plain) > MAX_SEGMENT or re.search("[\0-\x1f\x7f-\x9f\u2028\u2029]", plain)
        require(not odd, part, f"{segment[:80]!r} is no name")
        normal.append(quote(plain, safe="'(),="))
    return "/".join(normal)


def verify_content(which: str, statement: dict[str, Any], parts: dict[str, bytes]) -> str:
    """Require that what is shown of a message gives its statement again; give its first line, if it is shown."""
    part = f"{which}/header"
    if part not in parts:
        return ""
    raw, salt = parts[part], parts[f"{which}/salt"]
    body = parts.get(f"{which}/body")
    digest = parts[f"{which}/body-sha256"] if body is None else sha256(body)
    sized = len(salt) == SALT_BYTES and len(digest) == HASH_BYTES and len(raw) <= MAX_HEADER_BYTES
    require(sized and FIRST_LINES[which].fullmatch(raw), part, "its shape, or the salt's or body hash's length")
    lines = raw.split(b"\r\n")[:-1]
    first, lines = (lines[:2], lines[2:]) if which == "request" else (lines[:1], lines[1:])
    headers: dict[bytes, list[bytes]] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        headers.setdefault(name.lower(), []).append(value)
    third = b"x-road-id" if which == "request" else b"x-road-service"
    controls = (b"x-road-client", b"x-road-request-id", third)
    for name in (*controls, b"x-road-purpose"):
        require(len(headers.get(name, [])) <= 1, part, f"{name.decode()} is repeated")
    client, exchange, value = (headers[name][0] for name in controls)
    require(client and exchange and value, part, "a header that must say something is empty")
    shown = {
        "client": normal_name(part, client, 3, 4),
        "exchange": exchange.decode(),
        "commitment": to_url(sha256(salt, sha256(raw), digest)),
    }
    if which == "request":
        target = first[1].partition(b"?")[0].split(b"/", 7)
        require(target[1] == b"r1", part, "its target is no service")
        purpose = [each.partition(b"#")[0].decode() for each in headers.get(b"x-road-purpose", [])]
        shown |= {"service": normal_name(part, b"/".join(target[2:7]), 5), "id": to_url(sha256(salt, value))}
        require(statement.get("purpose") == (purpose[0] if purpose else None), part, "gives another purpose")
    else:
        shown["service"] = normal_name(part, value, 5)
        require(statement["status"] == int(raw[:3]), part, "gives another status")
    for field, text in shown.items():
        require(statement[field] == text, part, f"it, the salt or the body gives another {field} than was logged")
    return b" ".join(first).decode("utf-8", "backslashreplace")


class Message(NamedTuple):
    """A verified message: its statement, where it stands, its first line ("" if not shown), and its receipt."""

    statement: dict[str, Any]
    place: Place
    first_line: str
    receipt: Place | None


def verify_package(raw: bytes, root: bytes) -> tuple[dict[str, Any], Directory, Message, Message | None]:
    """Give manifest, directory, request and answer, if every check holds."""
    parts = read_package(raw)
    manifest = read_json("manifest.json", parts["manifest.json"])
    directory = read_directory(parts["directory.json"], root)
    part = "request/statement.json"
    asked = read_statement(part, parts[part], "request")
    sender, keeper, to = manifest["sender"], manifest["keeper"], asked["to"]
    require(asked["exchange"] == manifest["exchange"], part, "of another exchange than the manifest says")
    for origin, owner in ((sender, asked["client"]), (to, asked["service"])):
        mine = origin in directory.logs and member_of(origin) == member_of(owner)
        require(mine, part, f"the log {origin} is not in the directory, or not of the member of {owner}")
    require(keeper in {sender, to}, "manifest.json", "the keeper is neither side")
    request = verify_message("request", directory, parts, (asked, sender), to if keeper == to else "")
    if "response/statement.json" not in parts:
        return manifest, directory, request, None
    part = "response/statement.json"
    answered = read_statement(part, parts[part], "response", "refused", "unknown")
    for name, value in {**asked, "answers": request.place.leaf, "to": sender}.items():
        same = name not in {"answers", "to", "client", "service", "exchange"} or answered.get(name, value) == value
        require(same, part, f"{name}: it does not answer this request")
    answer = verify_message("response", directory, parts, (answered, to), sender if keeper == sender else "")
    return manifest, directory, request, answer


def verify_message(
    which: str, directory: Directory, parts: dict[str, bytes], logged: tuple[dict[str, Any], str], receiver: str
) -> Message:
    """Require that the statement is in its log and says what is shown, and that `receiver` (if any) recorded it."""
    statement, origin = logged
    part = f"{which}/proof"
    place = verify_place(part, directory, origin, parts[f"{which}/statement.json"], parts[part])
    first_line = ""
    if "time" in statement:
        old = statement["time"] < directory.logs[origin]["from"] - CLOCK_SKEW_MS
        require(not old, f"{which}/statement.json", "older than its log")
        first_line = verify_content(which, statement, parts)
    else:
        require(f"{which}/header" not in parts, f"{which}/header", "its statement commits to no content")
    pinned = {"from": origin, "index": place.number, "kind": "received", "leaf": place.leaf, "root": place.root}
    pinned |= {"size": place.size, "v": 1}
    if which == "request":
        pinned |= {name: statement[name] for name in ("exchange", "id", "until")}
    receipt = verify_receipt(which, directory, parts, pinned, receiver)
    if place.late:
        before = receipt is not None and _is_before(directory.logs[origin]["closed"], receipt.witnessed)
        require(before, part, "its log was closed, and it is not proven to be from before")
    return Message(statement, place, first_line, receipt)


def verify_receipt(
    which: str, directory: Directory, parts: dict[str, bytes], pinned: dict[str, object], receiver: str
) -> Place | None:
    """Require the receiver's own entry about the message where one is due, and none where none is."""
    part, proof = f"{which}/received/statement.json", f"{which}/received/proof"
    require((part in parts) == (proof in parts) == bool(receiver), part, "missing, or not expected")
    if not receiver:
        return None
    received = read_statement(part, parts[part], "received")
    require(received == pinned, part, "it names another message or checkpoint")
    place = verify_place(proof, directory, receiver, parts[part], parts[proof])
    require(not place.late, proof, "its log was closed, and it is not proven to be from before")
    return place


def plain(text: object) -> str:
    """Spell out what is not printable: a stranger's text must not move the cursor."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(text))


def show_time(ms: int) -> str:
    """Give a time in UTC; a number that no calendar holds stays a number."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(ms / 1000))
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"


def _name_witnesses(message: Message) -> str:
    """Give who cosigned a head that the message, or its receiver's entry about it, stands under."""
    receipt = {} if message.receipt is None else message.receipt.witnessed
    return ", ".join(sorted(message.place.witnessed or receipt))


def describe(manifest: dict[str, Any], directory: Directory, request: Message, answer: Message | None) -> list[str]:
    """Say who asked whom what and when, what was answered, and how far the proof goes."""
    asked = request.statement
    said = {
        "whole": "shown and proven / có kèm, đã chứng minh",
        "no_body": "header part proven, of the body only its hash is left / nội dung chỉ còn mã băm",
    }
    away, nobody = "not in this package / không có trong gói", "not witnessed / chưa có bên chứng kiến"
    outcome, logs = "none in this package / không có trong gói", [request.place]
    if answer is not None:
        logs.append(answer.place)
        outcome = {"unknown": "the service was called, its answer was not recorded"}.get(answer.statement["kind"], "")
        if answer.statement["kind"] == "refused":
            outcome = f"refused: {answer.statement['code']}"
        elif answer.statement["kind"] == "response":
            outcome = f"status {answer.statement['status']}, {show_time(answer.statement['time'])}"
    lines = [
        ("exchange / mã trao đổi", asked["exchange"]),
        ("who / ai hỏi", f"{asked['client']} ({directory.members.get(member_of(asked['client']), '')})"),
        ("whom / hỏi ai", f"{asked['service']} ({directory.members.get(member_of(asked['service']), '')})"),
        ("what / hỏi gì", request.first_line or "not shown / không kèm"),
        ("purpose / mục đích", asked.get("purpose") or "none given / không nêu"),
        ("when / lúc nào", show_time(asked["time"])),
        ("answer / trả lời", outcome),
        ("content / nội dung", f"request: {said.get(manifest['request'], away)}"),
        ("", f"answer: {said.get(manifest['response'], away)}"),
        *(
            ("log / nhật ký", f"entry {each.number} of {each.origin}, under its checkpoint of {each.size}")
            for each in logs
        ),
        ("witnesses / chứng kiến", f"request: {_name_witnesses(request) or nobody}"),
        *([("", f"answer: {_name_witnesses(answer) or nobody}")] if answer is not None else []),
        ("directory / danh mục", f"version {directory.version}, issued {show_time(directory.issued)}"),
        ("not proven:", "which person caused it, that the purpose is true, and exact times (by each log's own clock)"),
        ("không chứng minh:", "ai là người làm, mục đích có thật không, thời điểm chính xác (theo từng đồng hồ)"),
    ]
    return [f"  {label:<24}{plain(value)}" for label, value in lines]


def main() -> int:
    """Verify the package of the command line, say what was found, and give the exit code."""
    parser = argparse.ArgumentParser(description="Verifies an evidence package without a network.")
    parser.add_argument("package", type=Path, help="the package, a zip file")
    parser.add_argument("--root", required=True, metavar="KEY", help="the directory's root key, in base64url")
    chosen = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a text stream, outside of tests
    try:
        with chosen.package.open("rb") as file:
            raw = file.read(MAX_ZIP_BYTES + 1)
        root = from_base64(chosen.root, url=True)
        require(len(root) == HASH_BYTES, "--root", "expected a key of 32 bytes")
        lines = describe(*verify_package(raw, root))
    except RefusalError as error:
        sys.stderr.write(f"NOT PROVEN / KHÔNG CHỨNG MINH ĐƯỢC\n  {plain(error)}\n")
    except OSError as error:
        sys.stderr.write(f"NOT PROVEN / KHÔNG CHỨNG MINH ĐƯỢC\n  the package cannot be read: {error.strerror}\n")
    except MALFORMED as error:
        sys.stderr.write(f"NOT PROVEN / KHÔNG CHỨNG MINH ĐƯỢC\n  the package is malformed: {plain(repr(error))}\n")
    else:
        sys.stdout.write("\n".join(["proven / ĐÃ CHỨNG MINH", *lines, ""]))
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
