"""Content codings (RFC 9110 §8.4.1): in which of them a client takes an answer, and the bytes in each."""

from __future__ import annotations

import gzip
import sys
from functools import lru_cache

from initiative_lod.documents.negotiation import parse_codings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

IDENTITY, ZSTD, GZIP = "", "zstd", "gzip"
#: Levels at which the time and the bytes were worth it (docs/measurements.md).
ZSTD_LEVEL, GZIP_LEVEL = 3, 5
ZSTD_VERSION: str = zstd.zstd_version


@lru_cache(maxsize=256)
def choose_coding(header: str | None) -> str:
    """The coding that the client likes best, of equal ones Zstandard; IDENTITY where it asks for none of ours."""
    asked = parse_codings(header)
    weights = {name: asked.get(name, asked.get("*", 0)) for name in (ZSTD, GZIP)}
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] and weights[best] >= asked.get("identity", 0) else IDENTITY


def encode(content: bytes, coding: str) -> bytes:
    """The content in a coding; the same bytes each time."""
    if coding == ZSTD:
        return zstd.compress(content, ZSTD_LEVEL)
    return gzip.compress(content, GZIP_LEVEL, mtime=0) if coding == GZIP else content


def decode(content: bytes, coding: str) -> bytes:
    """The content without its coding."""
    if coding == ZSTD:
        return zstd.decompress(content)
    return gzip.decompress(content) if coding == GZIP else content


def coded_tag(tag: str, coding: str) -> str:
    """The entity tag of a representation in a coding: other bytes, another tag (RFC 9110 §8.8.3.3)."""
    return f'{tag[:-1]}-{coding}"' if coding else tag
