# Breaks shapes:Clause-span in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: a thing of another class
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
# expect: Violation Clause-span Class <id/example/action/1/clause/1>
# expect: Violation Action-clauses-start SPARQL <id/example/action/1>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#addressee-enterprises>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#modality-prohibit>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/action/1/clause/1> ilod:span <id/example/zh#char=81,92> } ;
INSERT DATA { <id/example/action/1/clause/1> ilod:span <id/example/zh> }

# case: none at all
# expect: Violation Part-text SPARQL <id/example/action/1/clause/1>
# expect: Violation Clause-span MinCount <id/example/action/1/clause/1>
# expect: Violation Action-clauses-start SPARQL <id/example/action/1>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#addressee-enterprises>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#modality-prohibit>
# expect: Violation Evidence-inside SPARQL <id/example/action/1/clause/1#topic-sewage>
DELETE DATA { <id/example/action/1/clause/1> ilod:span <id/example/zh#char=81,92> }
