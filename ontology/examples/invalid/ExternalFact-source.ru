# Breaks shapes:ExternalFact-source in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: words in place of an address
# expect: Violation ExternalFact-source NodeKind <id/example#issued>
INSERT DATA { <id/example#issued> dcterms:source "the archive" }
