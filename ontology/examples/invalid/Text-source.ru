# Breaks shapes:Text-source in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: no digest
# expect: Violation Text-source SPARQL <id/example/zh>
DELETE DATA { <id/example/zh> ilod:sha256 "34745c9a7c3964a4a8496db357b3e165ab1ea563cdfb22fe17168a5cad60becd" }

# case: no length
# expect: Violation Text-source SPARQL <id/example/zh>
DELETE WHERE { <id/example/zh> ilod:length ?length }

# case: no words
# expect: Violation Text-source SPARQL <id/example/zh>
# expect: Info TextAdvice-text MinCount <id/example/zh>
DELETE WHERE { <id/example/zh> ilod:text ?text }
