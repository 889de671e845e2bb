# Breaks shapes:Source-label in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: without a name
# expect: Violation Source-label MinCount <id/archive/1>
DELETE WHERE { <id/archive/1> rdfs:label ?any }

# case: two names in one language
# expect: Violation Source-label UniqueLang <id/archive/1>
INSERT DATA { <id/archive/1> rdfs:label "Another name"@en }
