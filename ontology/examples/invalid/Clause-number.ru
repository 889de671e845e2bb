# Breaks shapes:Clause-number in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Clause-number Datatype <id/example/action/1/clause/2>
# expect: Violation Clause-number MinInclusive <id/example/action/1/clause/2>
# expect: Violation Sibling-number-gap SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:number "one" }

# case: one too many
# expect: Violation Clause-number MaxCount <id/example/action/1/clause/2>
# expect: Violation Sibling-overlap SPARQL <id/example/action/1/clause/2>
INSERT DATA { <id/example/action/1/clause/2> ilod:number 3 }

# case: none at all
# expect: Violation Clause-number MinCount <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:number 2 }

# case: too small
# expect: Violation Clause-number MinInclusive <id/example/action/1/clause/2>
# expect: Violation Sibling-overlap SPARQL <id/example/action/1/clause/2>
DELETE DATA { <id/example/action/1/clause/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/1/clause/2> ilod:number 0 }
