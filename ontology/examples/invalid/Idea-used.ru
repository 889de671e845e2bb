# Breaks shapes:Idea-used in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: a principle that nothing invokes
# expect: Info Idea-used SPARQL <id/example/principle/other>
INSERT DATA { <id/example/principle/other> a ilod:Principle ; skos:prefLabel "其他原则"@zh , "another principle"@en ;
    skos:inScheme <id/example/principle> }
