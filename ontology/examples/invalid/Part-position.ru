# Breaks shapes:Part-position in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: two
# expect: Violation Part-position MaxCount <id/example/conclusion>
INSERT DATA { <id/example/conclusion> ilod:position 1 , 2 }

# case: no integer
# expect: Violation Part-position Datatype <id/example/conclusion>
INSERT DATA { <id/example/conclusion> ilod:position 1.5 }

# case: zero
# expect: Violation Part-position MinInclusive <id/example/conclusion>
INSERT DATA { <id/example/conclusion> ilod:position 0 }
