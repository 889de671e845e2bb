# Breaks shapes:Component-translationSpan in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a place that is none
# expect: Violation Component-translationSpan Class <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:translationSpan <id/topic/sewage> }
