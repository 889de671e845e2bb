# Breaks shapes:Part-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: words that are not quoted
# expect: Violation Part-text SPARQL <id/example/conclusion>
DELETE DATA { <id/example/conclusion> ilod:text "愿江河长清。"@zh } ;
INSERT DATA { <id/example/conclusion> ilod:text "愿江河长流。"@zh }

# case: in another language
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:text "要求企业不得排放污水，"@zh } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:text "要求企业不得排放污水，"@fr }
