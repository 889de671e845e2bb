"""Results that are kept, by release, query, dataset and formats: so many bytes, least recently used out first."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from initiative_lod.query_text import parser_guard
from initiative_lod.sparql.job import Job, QueryResult

OVERHEAD = 512  # bytes that an entry costs besides its body


@dataclass(frozen=True, slots=True)
class Key:
    """Key of a result: all that it depends on."""

    digest: str
    hash: str

    @property
    def etag(self) -> str:
        """A weak entity tag: the same triples or solutions, not always in the same order (RFC 9110 §8.8.1)."""
        return f'W/"{self.digest[:16]}-{self.hash[:24]}"'


def key(digest: str, job: Job) -> Key | None:
    """The key of a job over the release with ``digest``; None when its answer changes from one time to the next.

    Normalised is: blanks around the query, line ends, the order of the graphs in the dataset.
    """
    if not parser_guard.is_stable(job.query):
        return None
    text = job.query.replace("\r\n", "\n").strip()
    dataset = None if job.dataset is None else tuple(sorted(graphs) for graphs in job.dataset)
    content = repr((text, dataset, job.results, job.graph, job.base, tuple(job.reader)))
    return Key(digest, hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest())


class Cache:
    """Results in memory, at most ``most`` bytes of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Key, QueryResult] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Key) -> QueryResult | None:
        """The result that is kept for ``key``."""
        result = self._kept.get(key)
        if result is not None:
            self._kept.move_to_end(key)
        return result

    def put(self, key: Key, result: QueryResult) -> None:
        """Keep ``result``, if it is in memory and not out of all proportion (an eighth of the whole)."""
        if result.body is None or (cost := result.length + OVERHEAD) > self._most // 8 or key in self._kept:
            return
        self._kept[key] = result
        self.size += cost
        while self.size > self._most:
            _, gone = self._kept.popitem(last=False)
            self.size -= gone.length + OVERHEAD
