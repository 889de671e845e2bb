# Breaks shapes:Sibling-number-repeat in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: both clauses are numbered 1
# expect: Violation Sibling-number-repeat SPARQL <id/example/action/1/clause/1>
# expect: Violation Sibling-number-repeat SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:number 1 }
