# Breaks shapes:Action-number in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Action-number Datatype <id/example/action/2>
# expect: Violation Action-number MinInclusive <id/example/action/2>
# expect: Violation Action-number-gap SPARQL <id/example/action/2>
DELETE DATA { <id/example/action/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/2> ilod:number "one" }

# case: one too many
# expect: Violation Action-number MaxCount <id/example/action/2>
# expect: Violation Action-order SPARQL <id/example/action/2>
INSERT DATA { <id/example/action/2> ilod:number 3 }

# case: none at all
# expect: Violation Action-number MinCount <id/example/action/2>
DELETE DATA { <id/example/action/2> ilod:number 2 }

# case: too small
# expect: Violation Action-number MinInclusive <id/example/action/2>
# expect: Violation Action-order SPARQL <id/example/action/2>
DELETE DATA { <id/example/action/2> ilod:number 2 } ;
INSERT DATA { <id/example/action/2> ilod:number 0 }
