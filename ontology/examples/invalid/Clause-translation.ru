# Breaks shapes:Clause-translation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: one too many
# expect: Violation Clause-translation UniqueLang <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1> ilod:translation "Require that enterprises do not"@en }
