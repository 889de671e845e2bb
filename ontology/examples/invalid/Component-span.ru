# Breaks shapes:Component-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two places
# expect: Violation Component-span MaxCount <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
# expect: Violation Component-text SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:span <id/example/zh#char=45,47> }

# case: a place that is none
# expect: Violation Component-span Class <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
DELETE WHERE { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:span ?span } ;
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:span <id/topic/sewage> }
