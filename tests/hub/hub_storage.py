"""What a Hub stores: repositories, their commits, and files by content."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

# What the Hub's default .gitattributes sends to large file storage.
LARGE = {".arrow", ".bin", ".gz", ".model", ".parquet", ".safetensors", ".zip"}


def is_large(path: str) -> bool:
    """Whether a file of this name is kept in large file storage."""
    return PurePosixPath(path).suffix in LARGE


@dataclass(frozen=True)
class Blob:
    """A file's content: where it lies, its size and its names in git and in LFS."""

    file: Path
    size: int
    oid: str
    sha256: str


class BlobStore:
    """Contents in a folder, each under its SHA-256."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.blobs: dict[str, Blob] = {}

    def put(self, content: bytes) -> Blob:
        """Keeps the content; the same content is kept once."""
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in self.blobs:
            file = self.folder / sha256
            file.write_bytes(content)
            header = b"blob %d\0" % len(content)
            oid = hashlib.sha1(header + content).hexdigest()
            self.blobs[sha256] = Blob(file, len(content), oid, sha256)
        return self.blobs[sha256]


@dataclass
class Repository:
    """A model or a data set: branches point to commits, commits list files."""

    kind: str  # "model" or "dataset"
    name: str
    private: bool = False
    gated: bool = False
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, dict[str, Blob]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """The first part of the name."""
        return self.name.partition("/")[0]

    def commit(
        self, files: Mapping[str, Blob], message: str, branch: str = "main"
    ) -> str:
        """Makes the files the content of a branch; returns the commit's 40 digits."""
        listing = "".join(f"{path} {files[path].oid}\n" for path in sorted(files))
        text = f"{self.branches.get(branch)} {message} {listing}"
        sha = hashlib.sha1(text.encode()).hexdigest()
        self.commits[sha] = dict(files)
        self.branches[branch] = sha
        self.messages.append(message)
        return sha

    def resolve(self, revision: str) -> str | None:
        """The commit that a branch or a commit's own name means, if any."""
        return self.branches.get(
            revision, revision if revision in self.commits else None
        )
