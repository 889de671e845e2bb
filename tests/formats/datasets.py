"""Datasets made by hypothesis: whatever RDF 1.1 allows, with few names, so that they meet."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, DefaultGraph, Literal, NamedNode, Quad

from initiative_lod.vocabulary import RDF, XSD

#: RFC 3987: what may stand in a path, a query or a fragment as it is.
_IRI_CHARACTERS = st.one_of(
    st.sampled_from([*"abcXYZ019-._~!$&'()*+,;=:@", "%20", "%E6%B8%AF", "%2F"]),
    st.sampled_from([*"港ñß\u00a0\u0130\u2028\u200e\U00010330\U000e1000"]),
)
_SEGMENT = st.lists(_IRI_CHARACTERS, max_size=6).map("".join)
_BEGINNINGS = st.sampled_from(
    [
        "http://harbour.example/",
        "http://港口.example/",
        "https://user@harbour.example:8080/a/../b//",
        "http://[2001:db8::1]/",
        "HTTP://HARBOUR.EXAMPLE/",
        "urn:x:",
        "tag:harbour.example,2031:",
        "mailto:",
        "a:",
        "dcterms:",  # schemes that look like prefixes
        "ilod:",
        "id:",
        "x-1.2+3:",
    ]
)
_ENDS = st.sampled_from(
    [
        "",
        "",
        "",
        "#",
        "/",
        "/2024",
        "#港",
        "?a=1&b='2'",
        "#char=0,5",
        "/.",
        "/..",
        "/@type",
        "_:b",
        ".ttl",
        "/a;b",
        "/(x)",
    ]
)
_LONG = st.integers(0, 3).map(lambda number: NamedNode(f"http://harbour.example/{number}" + "港abc" * 1000))
IRIS: SearchStrategy[NamedNode] = st.one_of(
    st.builds(lambda *parts: NamedNode("".join(parts)), _BEGINNINGS, _SEGMENT, _ENDS),
    st.builds(lambda *parts: NamedNode("".join(parts)), _BEGINNINGS, _SEGMENT, _ENDS),
    _LONG,
    st.sampled_from(
        [NamedNode(iri) for iri in (f"{RDF.iri}nil", f"{RDF.iri}List", f"{RDF.iri}li", "http://harbour.example/a")]
    ),
)
PREDICATES: SearchStrategy[NamedNode] = st.one_of(
    IRIS,
    st.sampled_from(
        [
            NamedNode(RDF.iri + name)
            for name in ("type", "li", "_1", "first", "rest", "value", "Description", "about", "nil")
        ]
    ),
    st.sampled_from(
        [
            NamedNode(iri)
            for iri in (
                "http://harbour.example/says",
                "http://harbour.example/2024",
                "http://www.w3.org/2000/01/rdf-schema#label",
                "http://purl.org/dc/terms/title",
                "urn:says",
            )
        ]
    ),
)
_ESCAPED = st.sampled_from(
    [*"\"'\\\n\r\t\b\f\x00\x01\x0b\x1f\x7f\x85\u2028\ufeff\ufffe\uffff\U0010ffff<>&]{}|^`@#%$_:", "]]>"]
)
TEXT: SearchStrategy[str] = st.one_of(
    st.lists(st.one_of(_ESCAPED, st.characters(exclude_categories=["Cs"])), max_size=8).map("".join),
    st.sampled_from(
        ["", " ", "007", "-0", "1.0E3", "true", "NaN", "2031-13-45", "<p>x</p>", '{"a": [1]}', "\\u0041", "港口"]
    ),
)
_LANGUAGES = st.sampled_from(
    ["en", "zh", "zh-Hans-CN", "EN-us", "x-harbour", "i-klingon", "de-1996", "en-u-co-phonebk", "qaa-Qaaa-QM-x-south"]
)
_DATATYPES = st.one_of(
    IRIS,
    st.sampled_from([XSD[name] for name in ("integer", "decimal", "double", "boolean", "dateTime", "date", "anyURI")]),
    st.sampled_from([NamedNode(RDF.iri + name) for name in ("HTML", "XMLLiteral", "JSON")]),
)
LITERALS: SearchStrategy[Literal] = st.one_of(
    TEXT.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), TEXT, _LANGUAGES),
    st.builds(lambda text, kind: Literal(text, datatype=kind), TEXT, _DATATYPES),
)
_BLANK_NODES = st.sampled_from([BlankNode(name) for name in ("b0", "b1", "c14n0")])
_SUBJECTS = st.one_of(IRIS, _BLANK_NODES)
_GRAPHS = st.one_of(st.just(DefaultGraph()), IRIS, _BLANK_NODES)
STATEMENTS: SearchStrategy[Quad] = st.builds(Quad, _SUBJECTS, PREDICATES, st.one_of(_SUBJECTS, LITERALS), _GRAPHS)


@st.composite
def datasets(draw: st.DrawFn, least: int = 1, most: int = 8) -> list[Quad]:
    """Different quads, at least ``least``; some state the same triple in several graphs, or go on with a subject."""
    quads = draw(st.lists(STATEMENTS, min_size=least, max_size=most))
    for _ in range(draw(st.integers(0, 2))):
        one, other = draw(st.sampled_from(quads)), draw(STATEMENTS)
        quads.append(Quad(one.subject, other.predicate, other.object, one.graph_name))
        quads.append(Quad(one.subject, one.predicate, one.object, other.graph_name))
    return list(dict.fromkeys(quads))


def canonical(quads: list[Quad]) -> set[str]:
    """The quads in RDFC-1.0: equal sets are isomorphic datasets."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def union(quads: list[Quad]) -> list[Quad]:
    """The triples of quads, in the default graph."""
    return [
        Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in dict.fromkeys(quad.triple for quad in quads)
    ]


def iris_of(quads: list[Quad]) -> set[str]:
    """Every IRI of a dataset, datatypes too."""
    terms = [term for quad in quads for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)]
    named = {term.value for term in terms if isinstance(term, NamedNode)}
    return named | {term.datatype.value for term in terms if isinstance(term, Literal)}
