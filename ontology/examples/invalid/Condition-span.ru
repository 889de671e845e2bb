# Breaks shapes:Condition-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Condition-span Class <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:span <id/example/zh#char=112,124> } ;
INSERT DATA { <id/example/action/2/clause/1#condition-1> ilod:span <id/example/zh> }

# case: none at all
# expect: Violation Part-text SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Condition-span MinCount <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1#condition-1> ilod:span <id/example/zh#char=112,124> }
