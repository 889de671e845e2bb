# Breaks shapes:Concept-inScheme in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: none at all
# expect: Violation Concept-inScheme MinCount <id/topic/sewage>
DELETE DATA { <id/topic/sewage> skos:inScheme <id/topic> }

# case: a thing of another class
# expect: Violation Concept-inScheme Class <id/topic/sewage>
DELETE DATA { <id/topic/sewage> skos:inScheme <id/topic> } ;
INSERT DATA { <id/topic/sewage> skos:inScheme <id/example> }
