# Breaks shapes:Paragraph-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1>
# expect: Violation Paragraph-span Class <id/example/preamble/paragraph/1>
# expect: Violation Clause-inside SPARQL <id/example/preamble/paragraph/1/clause/1>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#cites-river-conference>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#cites-river-declaration>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#mentions-humankind>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:span <id/example/zh#char=10,52> } ;
INSERT DATA { <id/example/preamble/paragraph/1> ilod:span <id/example/zh> }

# case: none at all
# expect: Violation Part-text SPARQL <id/example/preamble/paragraph/1>
# expect: Violation Paragraph-span MinCount <id/example/preamble/paragraph/1>
# expect: Violation Clause-inside SPARQL <id/example/preamble/paragraph/1/clause/1>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#cites-river-conference>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#cites-river-declaration>
# expect: Violation Evidence-inside SPARQL <id/example/preamble/paragraph/1#mentions-humankind>
DELETE DATA { <id/example/preamble/paragraph/1> ilod:span <id/example/zh#char=10,52> }
