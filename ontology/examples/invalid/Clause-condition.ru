# Breaks shapes:Clause-condition in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Clause-condition Class <id/example/action/2/clause/2>
INSERT DATA { <id/example/action/2/clause/2> ilod:condition <id/example/conclusion> }
