# Breaks shapes:Clause-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: one too many
# expect: Violation Clause-text UniqueLang <id/example/action/1/clause/1>
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1> ilod:text "要求企业"@zh }

# case: none at all
# expect: Violation Clause-text MinCount <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:text "要求企业不得排放污水，"@zh }
