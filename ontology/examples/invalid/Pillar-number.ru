# Breaks shapes:Pillar-number in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Pillar-number Datatype <id/example/pillar/1>
# expect: Violation Pillar-number MinInclusive <id/example/pillar/1>
# expect: Violation Sibling-number-gap SPARQL <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:number 1 } ;
INSERT DATA { <id/example/pillar/1> ilod:number "one" }

# case: one too many
# expect: Violation Pillar-number MaxCount <id/example/pillar/1>
# expect: Violation Sibling-overlap SPARQL <id/example/pillar/1>
INSERT DATA { <id/example/pillar/1> ilod:number 2 }

# case: none at all
# expect: Violation Pillar-number MinCount <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:number 1 }

# case: too small
# expect: Violation Pillar-number MinInclusive <id/example/pillar/1>
DELETE DATA { <id/example/pillar/1> ilod:number 1 } ;
INSERT DATA { <id/example/pillar/1> ilod:number 0 }
