# Breaks shapes:Component-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: words that are not at the span
# expect: Violation Component-text SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:text ?text } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:text "原则"@zh }
