# Breaks shapes:Condition-clause in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: no clause has it
# expect: Violation Condition-clause SPARQL <id/example/action/2/clause/1#condition-1>
DELETE DATA { <id/example/action/2/clause/1> ilod:condition <id/example/action/2/clause/1#condition-1> }

# case: two clauses have it
# expect: Violation Condition-clause SPARQL <id/example/action/2/clause/1#condition-1>
# expect: Violation Condition-inside SPARQL <id/example/action/2/clause/1#condition-1>
INSERT DATA { <id/example/action/2/clause/2> ilod:condition <id/example/action/2/clause/1#condition-1> }
