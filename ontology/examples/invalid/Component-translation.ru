# Breaks shapes:Component-translation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: other words than stand there
# expect: Violation Component-translation SPARQL <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water>
INSERT DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-direct-object-clear-water> ilod:translation "muddy water"@en ; ilod:translationSpan <id/example/zh#char=47,51> }
