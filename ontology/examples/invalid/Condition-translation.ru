# Breaks shapes:Condition-translation in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: in another language
# expect: Violation Condition-translation LanguageIn <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:translation "within the framework of the United Nations River Commission"@en } ;
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:translation "within the framework of the United Nations River Commission"@fr }

# case: one too many
# expect: Violation Condition-translation MaxCount <id/example/action/2/clause/1#condition-1>
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:translation "within a framework"@en }

# case: none at all
# expect: Violation Condition-translation MinCount <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:translation "within the framework of the United Nations River Commission"@en }
