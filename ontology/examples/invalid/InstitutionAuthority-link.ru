# Breaks shapes:InstitutionAuthority-link in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>

# case: neither link nor reason
# expect: Warning InstitutionAuthority-link SPARQL <id/institution/river-commission>
DELETE DATA { <id/institution/river-commission> owl:sameAs <http://example.org/entity/7> } ;
DELETE WHERE { <graph/alignment-example#river-commission> ?property ?value }
