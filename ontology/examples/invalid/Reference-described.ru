# Breaks shapes:Reference-described in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: a thing that is described nowhere
# expect: Violation Reference-described SPARQL <id/topic/sewage>
INSERT DATA { <id/topic/sewage> skos:related <id/topic/nothing> }

# case: a property that the ontology does not have
# expect: Violation Reference-described SPARQL <id/topic/sewage>
INSERT DATA { <id/topic/sewage> rdfs:seeAlso ilod:nothing }
