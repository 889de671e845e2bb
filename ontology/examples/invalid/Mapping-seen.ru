# Breaks shapes:Mapping-seen in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>

# case: it does not say where
# expect: Violation Mapping-seen SPARQL <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> ilod:seenIn ?any }

# case: marked as unverified
# expect: Violation Mapping-seen SPARQL <graph/alignment-example#sewage>
DELETE WHERE { <graph/alignment-example#sewage> ilod:seenIn ?any } ;
INSERT DATA { <graph/alignment-example#sewage> ilod:seenIn "UNVERIFIED" }
