# Breaks shapes:Paragraph-number in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: not an integer
# expect: Violation Paragraph-number Datatype <id/example/preamble/paragraph/1>
# expect: Violation Paragraph-number MinInclusive <id/example/preamble/paragraph/1>
# expect: Violation Sibling-number-gap SPARQL <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:number 1 } ;
INSERT DATA { <id/example/preamble/paragraph/1> ilod:number "one" }

# case: one too many
# expect: Violation Paragraph-number MaxCount <id/example/preamble/paragraph/1>
# expect: Violation Sibling-overlap SPARQL <id/example/preamble/paragraph/1>
INSERT DATA { <id/example/preamble/paragraph/1> ilod:number 2 }

# case: none at all
# expect: Violation Paragraph-number MinCount <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:number 1 }

# case: too small
# expect: Violation Paragraph-number MinInclusive <id/example/preamble/paragraph/1>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:number 1 } ;
INSERT DATA { <id/example/preamble/paragraph/1> ilod:number 0 }
