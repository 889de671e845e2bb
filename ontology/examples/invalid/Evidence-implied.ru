# Breaks shapes:Evidence-implied in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: both implied and not
# expect: Violation Evidence-implied MaxCount <id/example/action/2/clause/2#addressee-all-countries>
INSERT DATA { <id/example/action/2/clause/2#addressee-all-countries> ilod:implied false }

# case: not a boolean
# expect: Violation Evidence-implied Datatype <id/example/action/1/clause/1#topic-sewage>
INSERT DATA { <id/example/action/1/clause/1#topic-sewage> ilod:implied "no" }
