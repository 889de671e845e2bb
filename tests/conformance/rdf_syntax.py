"""W3C test suites of RDF 1.1 syntaxes, read off their manifests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, parse

from initiative_lod.vocabulary import RDF

ADDRESS = "https://w3c.github.io/rdf-tests/rdf/rdf11/"
_MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"


@dataclass(frozen=True)
class SyntaxCase:
    """A test: the file to read and its address, whether it is to be refused, and the statements that are expected."""

    name: str
    path: Path
    address: str
    negative: bool
    expected: Path | None

    def statements(self, graph: NamedNode) -> Dataset:
        """The expected statements in one graph, in canonical form."""
        assert self.expected is not None
        quads = parse(path=str(self.expected), format=RdfFormat.N_QUADS)
        return canonical(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)


def canonical(quads: object) -> Dataset:
    """A dataset whose blank nodes can be compared."""
    dataset = Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def cases(root: Path) -> list[SyntaxCase]:
    """Every test under ``root``, by the name of its suite and its own."""
    found = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        base = f"{ADDRESS}{folder.name}/"
        manifest = folder / "manifest.ttl"
        about: dict[str, dict[str, str]] = {}
        for quad in parse(path=str(manifest), format=RdfFormat.TURTLE, base_iri=base + manifest.name):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                about.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
        for iri, values in about.items():
            if f"{_MANIFEST}action" not in values:
                continue
            address, result = values[f"{_MANIFEST}action"], values.get(f"{_MANIFEST}result")
            expected = folder / result.removeprefix(base) if result else None
            name = f"{folder.name.removeprefix('rdf-')}/{iri.rpartition('#')[2]}"
            negative = "Negative" in values[RDF.type.value]
            found.append(SyntaxCase(name, folder / address.removeprefix(base), address, negative, expected))
    return sorted(found, key=lambda case: case.name)
