# Breaks shapes:Text-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: one too many
# expect: Violation Text-text MaxCount <id/example/en>
INSERT DATA { <id/example/en> a ilod:Text , ilod:AuthenticText ; <http://schema.org/inLanguage> "en" ; eli:realizes <id/example> ; rdfs:label "译文"@zh , "Translation"@en ;
    ilod:text "Clean rivers."@en , "Pure rivers."@en }
