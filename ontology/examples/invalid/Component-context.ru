# Breaks shapes:Component-context in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: no kind of context
# expect: Violation Component-context Class <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:context <id/topic/sewage> }
