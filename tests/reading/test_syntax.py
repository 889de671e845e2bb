"""The format of a file by its content and its name: the content decides, and both are told where they differ."""

from __future__ import annotations

import pytest

from initiative_lod.reading.syntax import decide

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
KITE = "http://kite.example/"
FLIES = f"<{KITE}red> <{KITE}flies> <{KITE}high> ."

#: By what is meant: (name, beginning, format).
KNOWN = {
    "a relative subject": ("x.ttl", f"<kite> a <{KITE}Toy> ;\n <{KITE}tails> 3 .", "Turtle"),
    "IRIs with a no-break space": (
        "x.nq",
        f"<{KITE}a\u00a0b> <{KITE}p> 1 <{KITE}\u2028g> .\n".replace(" 1 ", ' "1" '),
        "N-Quads",
    ),
    "relative IRIs only": ("x.ttl", "<kite> <flies> <high> .", "Turtle"),
    "a relative subject without a name": ("x", '<kite> a <Toy> .\n<kite> <note> "x" .', "Turtle"),
    "an empty subject": ("x.ttl", f'<> <{KITE}note> "on itself" .', "Turtle"),
    "a word that XML could open, and a list": ("x.ttl", f"<kite> <{KITE}tails> ( 1 2 ) .", "Turtle"),
    "a blank node first": ("x", f"[] a <{KITE}Toy> .", "Turtle"),
    "comments and SPARQL's prefix": ("x", f"# a\n\n#b\nPREFIX k: <{KITE}>\nk:a a k:B .", "Turtle"),
    "a node as the document": ("x.rdf", f'<k:Toy {RDF} xmlns:k="{KITE}" rdf:about="{KITE}red"/>', "RDF/XML"),
    "an ontology as the document": (
        "x.owl",
        f'<owl:Ontology {RDF} xmlns:owl="http://www.w3.org/2002/07/owl#" rdf:about="{KITE}"/>',
        "RDF/XML",
    ),
    "a node in no namespace of RDF": ("x.rdf", f'<k:Toy xmlns:k="{KITE}"><k:tails>3</k:tails></k:Toy>', "RDF/XML"),
    "the same as .xml": ("x.xml", f'<?xml version="1.0"?><!-- k --><rdf:RDF {RDF}/>', "RDF/XML"),
    "an entity for RDF": (
        "x.xml",
        '<!DOCTYPE rdf:RDF [<!ENTITY rdf "http://www.w3.org/1999/02/22-rdf-syntax-ns#">]><rdf:RDF xmlns:rdf="&rdf;"/>',
        "RDF/XML",
    ),
    "capital letters": ("X.TTL", FLIES, "Turtle"),
    "capital letters of another one": ("X.OWL", f"<rdf:RDF {RDF}/>", "RDF/XML"),
    "lines": ("x", FLIES, "N-Triples"),
    "lines with a graph": ("x", f"<{KITE}a> <{KITE}b> _:c <{KITE}g> .", "N-Quads"),
    "lines with a language and a node": ("x", f'<{KITE}a> <{KITE}b> "x"@zh-Hans.\n_:a <{KITE}b> _:c.d.\n', "N-Triples"),
    "a node at the end of a line": ("x", f"_:a <{KITE}b> _:c.\n", "N-Triples"),
    "lines as Turtle": ("x.ttl", FLIES, "Turtle"),
    "lines as TriG": ("x.trig", FLIES, "TriG"),
    "JSON-LD without a name": ("x.json", '{"@id": "http://kite.example/a"}', "JSON-LD"),
    "JSON-LD that says nothing": ("x.jsonld", "[]", "JSON-LD"),
    "an empty file": ("x.ttl", "", "Turtle"),
    "TriX": ("x.xml", '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"/>', "TriX"),
}
#: Content that is something else than the name says: (name, beginning, format, note).
TOLD = {
    "Turtle as RDF/XML": ("x.owl", f"@prefix k: <{KITE}> .", "Turtle", "called RDF/XML, is Turtle"),
    "RDF/XML as Turtle": ("x.ttl", f"<rdf:RDF {RDF}/>", "RDF/XML", "called Turtle, is RDF/XML"),
    "Turtle as N-Triples": ("x.nt", f"@prefix k: <{KITE}> .", "Turtle", "called N-Triples, is Turtle"),
    "quads as Turtle": ("x.ttl", f"<{KITE}a> <{KITE}b> _:c <{KITE}g> .", "N-Quads", "called Turtle, is N-Quads"),
    "RDF as text": ("x.txt", FLIES, "N-Triples", "its name does not say so, but it is N-Triples"),
}
#: What is no RDF: (name, beginning, what it is called, whether one expected it to be read).
OTHER = {
    "functional": ("x.owl", f"Prefix(:=<{KITE}>)\nOntology(<{KITE}>", "OWL functional syntax is no RDF", True),
    "functional without prefixes": ("x.ofn", f"# a\nOntology(<{KITE}>\n)", "OWL functional syntax is no RDF", True),
    "Manchester": ("x.owl", f"Prefix: k: <{KITE}>\nOntology: <{KITE}>", "OWL Manchester syntax is no RDF", True),
    "OWL/XML": (
        "x.owl",
        f'<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#" {RDF} ontologyIRI="{KITE}"/>',
        "OWL/XML is no RDF",
        True,
    ),
    "OWL/XML of no name": (
        "x.xml",
        '<Ontology xmlns="http://www.w3.org/2002/07/owl#">\n  <Declaration><Class IRI="#A"/></Declaration></Ontology>',
        "OWL/XML is no RDF",
        True,
    ),
    "OBO": ("x.obo", "format-version: 1.2\n", "OBO is no RDF", True),
    "a page": ("x.ttl", "<!DOCTYPE html>\n<html><body>404</body></html>", "a web page, not RDF", True),
    "a page by chance": ("x.html", "<html><body/></html>", "a web page, not RDF", False),
    "a page with RDF's namespace": ("x.rdf", f'<html xmlns="http://www.w3.org/1999/xhtml" {RDF}>', "a web page", True),
    "XML": ("x.xml", '<?xml version="1.0"?><kite><tails>3</tails></kite>', "XML without RDF in it", False),
    "XML as Turtle": ("x.ttl", "<kite>a <b>red</b> one</kite>", "called Turtle, is XML without RDF", True),
    "JSON": ("x.json", '{"tails": 3}', "JSON without RDF in it", False),
    "JSON as Turtle": ("x.ttl", '{"tails": 3}', "called Turtle, is JSON without RDF", True),
    "a PDF": ("x.ttl", "%PDF-1.7", "a PDF, not RDF", True),
    "HDT": ("x.hdt", "$HDT\x01", "HDT, which is not read", False),
    "prose": ("x.md", "# Kites\n\nThey fly.", "no RDF", False),
}


#: What would keep a pattern busy for ever that tries its parts in all ways.
TIRING = {
    "comments": "<!-- kite -->" * 3000,
    "comments before an element": "<!-- kite -->" * 3000
    + '<Ontology xmlns="http://www.w3.org/2002/07/owl#">'
    + "<!-- -->" * 999,
    "a document type": "<!DOCTYPE x " + "[]" * 20_000,
    "blank nodes": f'<{KITE}a> <{KITE}b> "x"' + "_:" * 30_000,
    "a blank node": "_:" * 30_000,
    "quotation marks": f'<{KITE}a> <{KITE}b> "' + '\\"' * 20_000,
    "a line of strings": '["' + '\\"' * 20_000,
    "hashes": "#\n" * 30_000 + "#",
    "blanks": " " * 60_000 + "x",
    "angles": "<" * 60_000,
}


@pytest.mark.parametrize("name", ["x", "x.ttl", "x.owl", "x.jsonld", "x.nq"])
@pytest.mark.parametrize("head", TIRING.values(), ids=list(TIRING))
def test_hostile_beginnings_tire_nobody(name: str, head: str) -> None:
    decide(name, head)


@pytest.mark.parametrize(("name", "head", "label"), KNOWN.values(), ids=list(KNOWN))
def test_what_is_known(name: str, head: str, label: str) -> None:
    found, note, _ = decide(name, head)
    assert found is not None, note
    assert (found.label, note) == (label, "")


@pytest.mark.parametrize(("name", "head", "label", "note"), TOLD.values(), ids=list(TOLD))
def test_both_are_told_where_they_differ(name: str, head: str, label: str, note: str) -> None:
    found, told, _ = decide(name, head)
    assert found is not None
    assert (found.label, told) == (label, note)


@pytest.mark.parametrize(("name", "head", "what", "claimed"), OTHER.values(), ids=list(OTHER))
def test_what_is_no_rdf_is_called_what_it_is(name: str, head: str, what: str, claimed: bool) -> None:
    found, note, expected = decide(name, head)
    assert found is None
    assert note.startswith(what)
    assert expected is claimed
