# Breaks shapes:TextAdvice-text in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX eli: <http://data.europa.eu/eli/ontology#>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <http://schema.org/>

# case: a rendering without words
# expect: Info TextAdvice-text MinCount <id/example/en>
INSERT DATA { <id/example/en> a ilod:Text , ilod:UnofficialTranslation ; eli:realizes <id/example> ; schema:inLanguage "en" ;
    schema:translationOfWork <id/example/zh> ; rdfs:label "译文"@zh , "Translation"@en }
