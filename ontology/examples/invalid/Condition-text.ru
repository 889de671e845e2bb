# Breaks shapes:Condition-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: one too many
# expect: Violation Condition-text UniqueLang <id/example/action/2/clause/1#condition-1>
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1#condition-1>
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:text "在框架下"@zh }

# case: none at all
# expect: Violation Condition-text MinCount <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:text "在联合国河流委员会框架下"@zh }
