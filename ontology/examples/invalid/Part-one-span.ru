# Breaks shapes:Part-one-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two in one text
# expect: Violation Part-one-span SPARQL <id/example/conclusion>
INSERT { <id/example/conclusion> ilod:span ?span } WHERE { <id/example/action/1> ilod:span ?span }

# case: two headings in one text
# expect: Violation Part-one-span SPARQL <id/example/pillar/1>
INSERT { <id/example/pillar/1> ilod:headingSpan ?span } WHERE { <id/example/action/1> ilod:headingSpan ?span }

# case: two leads in one text
# expect: Violation Part-one-span SPARQL <id/example/pillar/1>
# expect: Violation Pillar-lead-start SPARQL <id/example/pillar/1>
INSERT { <id/example/pillar/1> ilod:leadSpan ?span } WHERE { <id/example/conclusion> ilod:span ?span }
