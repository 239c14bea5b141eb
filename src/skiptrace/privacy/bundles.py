"""A folder that an examiner is given: files, a manifest of their digests, and one signature over the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from skiptrace.errors import BadInput, SkiptraceError
from skiptrace.privacy.checkpoints import Signer, is_signed_document
from skiptrace.privacy.proofs import check_segments

MANIFEST, SIGNATURE, PROOF = "manifest.json", "manifest.sig", "proof.json"


class BundleBroken(SkiptraceError):
    """A file of the bundle is not as it was signed. Ask for the bundle again."""


@dataclass(frozen=True, slots=True)
class BundleChecked:
    """A bundle that holds: its files, the audit rows that it proves, and the key that signed it."""

    files: int
    rows: int
    public_key: bytes


def signed(files: Mapping[str, bytes], about: str, signer: Signer, at: datetime) -> Mapping[str, bytes]:
    """The files with their manifest and its signature, by name."""
    manifest = {
        "format": "skiptrace bundle 1",
        "about": about,
        "made_at": at.astimezone(UTC).isoformat(),
        "public_key": signer.public_key.hex(),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    document = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return {**files, MANIFEST: document, SIGNATURE: signer.sign(document).hex().encode() + b"\n"}


def write_bundle(folder: Path, files: Mapping[str, bytes], about: str, signer: Signer, at: datetime) -> None:
    """Write the files with their signed manifest. Raises BadInput when the folder holds anything already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput("out", "is not an empty folder")
    for name, content in signed(files, about, signer, at).items():
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)


def check_bundle(folder: Path, public_key: bytes | None) -> BundleChecked:
    """Check everything that a bundle says of itself. Raises BundleBroken, ChainBroken or BadCheckpoint.

    Without ``public_key`` the bundle's own is taken, which proves only that nobody changed it since it was signed by
    whoever has that key.
    """
    try:
        document = (folder / MANIFEST).read_bytes()
        signature = bytes.fromhex((folder / SIGNATURE).read_text("ascii").strip())
        manifest = orjson.loads(document)
        key = public_key or bytes.fromhex(manifest["public_key"])
        digests: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BundleBroken("the folder holds no readable bundle: manifest.json or manifest.sig is missing") from None
    if not is_signed_document(key, signature, document):
        raise BundleBroken("manifest.json is not signed with this key")
    if extra := sorted(p.name for p in folder.iterdir() if p.name not in {*digests, MANIFEST, SIGNATURE}):
        raise BundleBroken(f"{extra[0]} is not part of the bundle")
    for name, expected in digests.items():
        path = folder / Path(name).name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise BundleBroken(f"{name} was changed or is missing")
    segments = orjson.loads((folder / PROOF).read_bytes()) if PROOF in digests else []
    return BundleChecked(len(digests), len(check_segments(segments, key)), key)
