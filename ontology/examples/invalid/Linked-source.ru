# Breaks shapes:Linked-source in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>

# case: an identifier from nowhere
# expect: Violation Linked-source SPARQL <id/event/river-conference>
INSERT DATA { <id/event/river-conference> owl:sameAs <http://example.org/entity/8> }

# case: a homepage from nowhere
# expect: Violation Linked-source SPARQL <id/institution/river-commission>
INSERT DATA { <id/institution/river-commission> foaf:homepage <http://example.org/> } ;

# case: an official name from nowhere
# expect: Violation Linked-source SPARQL <id/institution/river-commission>
INSERT DATA { <id/institution/river-commission> ilod:officialName "The River Commission"@en }
