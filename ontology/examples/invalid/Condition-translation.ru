# Breaks shapes:Condition-translation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: one too many
# expect: Violation Condition-translation UniqueLang <id/example/action/2/clause/1#condition-1>
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:translation "within a framework"@en }
