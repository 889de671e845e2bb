# Breaks shapes:CodedClause-addressee in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: the addressee acts in no statement
# expect: Violation CodedClause-addressee SPARQL <id/example/preamble/paragraph/1/clause/1>
DELETE DATA { <id/example/preamble/paragraph/1/clause/1#statement-1-attribute-all-countries> ilod:concept <id/group/all-countries> }
