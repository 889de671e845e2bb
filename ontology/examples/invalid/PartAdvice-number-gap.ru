# Breaks shapes:PartAdvice-number-gap in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# case: the first is missing
# expect: Warning PartAdvice-number-gap SPARQL <id/example/preamble/item/2>
INSERT DATA { <id/example/preamble/item/2> a ilod:Item , ilod:Part ; rdfs:label "项"@zh , "item"@en ; dcterms:isPartOf <id/example/preamble> ; ilod:number 2 . <id/example/preamble> dcterms:hasPart <id/example/preamble/item/2> }
