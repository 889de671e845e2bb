# Breaks shapes:Action-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Part-text SPARQL <id/example/action/2>
# expect: Violation Action-span Class <id/example/action/2>
# expect: Violation Clause-inside SPARQL <id/example/action/2/clause/1>
# expect: Violation Clause-inside SPARQL <id/example/action/2/clause/2>
DELETE DATA { <id/example/action/2> ilod:span <id/example/zh#char=103,141> } ;
INSERT DATA { <id/example/action/2> ilod:span <id/example/zh> }

# case: none at all
# expect: Violation Part-text SPARQL <id/example/action/2>
# expect: Violation Action-span MinCount <id/example/action/2>
# expect: Violation Clause-inside SPARQL <id/example/action/2/clause/1>
# expect: Violation Clause-inside SPARQL <id/example/action/2/clause/2>
DELETE DATA { <id/example/action/2> ilod:span <id/example/zh#char=103,141> }
