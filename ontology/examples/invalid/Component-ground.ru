# Breaks shapes:Component-ground in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: neither words nor a reason
# expect: Violation Component-ground SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:text ?text } ;
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:span ?span }

# case: implied, without a reason
# expect: Violation Component-ground SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:implied true }
