# Breaks shapes:Mapping-confidence in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX sssom: <https://w3id.org/sssom/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

# case: one too many
# expect: Violation Mapping-confidence MaxCount <graph/alignment-example#sewage>
INSERT DATA { <graph/alignment-example#sewage> sssom:confidence 0.5 }

# case: too large
# expect: Violation Mapping-confidence MaxInclusive <graph/alignment-example#sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:confidence "1"^^xsd:decimal } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:confidence 1.5 }

# case: too small
# expect: Violation Mapping-confidence MinInclusive <graph/alignment-example#sewage>
DELETE DATA { <graph/alignment-example#sewage> sssom:confidence "1"^^xsd:decimal } ;
INSERT DATA { <graph/alignment-example#sewage> sssom:confidence -1 }
