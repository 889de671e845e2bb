# Breaks shapes:Component-concept in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two concepts
# expect: Violation Component-concept MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:concept <id/topic/sewage> }

# case: a word
# expect: Violation Component-concept NodeKind <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:concept ?concept } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:concept "water" }
