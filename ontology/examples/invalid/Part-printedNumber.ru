# Breaks shapes:Part-printedNumber in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two in one language
# expect: Violation Part-printedNumber UniqueLang <id/example/pillar/1>
INSERT DATA { <id/example/pillar/1> ilod:printedNumber "一"@zh , "1"@zh }
