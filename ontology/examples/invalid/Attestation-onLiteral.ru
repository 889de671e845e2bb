# Breaks shapes:Attestation-onLiteral in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

# case: two literals
# expect: Violation Attestation-onLiteral MaxCount <id/example#issued>
INSERT DATA { <id/example#issued> ilod:onLiteral "2002"^^xsd:gYear . <id/example> dcterms:issued "2002"^^xsd:gYear }

# case: not a literal
# expect: Violation Attestation-onLiteral NodeKind <id/example#issued>
# expect: Violation Attestation-statement SPARQL <id/example#issued>
# expect: Violation Linked-source SPARQL <id/example>
DELETE DATA { <id/example#issued> ilod:onLiteral "2002-03-01"^^xsd:date } ;
INSERT DATA { <id/example#issued> ilod:onLiteral <id/example> }
