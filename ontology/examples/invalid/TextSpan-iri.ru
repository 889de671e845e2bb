# Breaks shapes:TextSpan-iri in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>

# case: an IRI that says other offsets
# expect: Violation TextSpan-iri SPARQL <id/example/zh#char=1,2>
DELETE DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh#char=89,91> } ;
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:span <id/example/zh#char=1,2> .
    <id/example/zh#char=1,2> a ilod:TextSpan ; oa:hasSource <id/example/zh> ; oa:hasSelector <id/example/zh#selector=89,91> }
