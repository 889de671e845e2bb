# Breaks shapes:Component-statement in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: of no statement
# expect: Violation Component-statement SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1> ilod:component <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> }
