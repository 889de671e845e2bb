# Breaks shapes:Clause-translation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: in another language
# expect: Violation Clause-translation LanguageIn <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:translation "Require enterprises not to discharge sewage,"@en } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:translation "Require enterprises not to discharge sewage,"@fr }

# case: one too many
# expect: Violation Clause-translation MaxCount <id/example/action/1/clause/1>
INSERT DATA { <id/example/action/1/clause/1> ilod:translation "Require that enterprises do not"@en }

# case: none at all
# expect: Violation Clause-translation MinCount <id/example/action/1/clause/1>
DELETE DATA { <id/example/action/1/clause/1> ilod:translation "Require enterprises not to discharge sewage,"@en }
