# Breaks shapes:Text-uncovered in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: words that lie in no part
# expect: Violation Text-uncovered SPARQL <id/example/zh>
INSERT { <id/example/zh> ilod:uncovered ?span } WHERE { <id/example/conclusion> ilod:span ?span }
