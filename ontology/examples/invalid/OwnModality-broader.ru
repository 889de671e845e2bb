# Breaks shapes:OwnModality-broader in ../valid/minimal.ttl.
BASE <https://w3id.org/initiative-lod/>
PREFIX ilod: <https://w3id.org/initiative-lod/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# case: a modality of another scheme, under none of the shared ones
# expect: Info OwnModality-broader SPARQL <id/stance/urge>
INSERT DATA {
    <id/stance> a skos:ConceptScheme .
    <id/stance/insist> a ilod:Modality , skos:Concept ; skos:inScheme <id/stance> ;
        skos:prefLabel "坚决要求"@zh , "insist"@en ; skos:definition "坚决地要求。"@zh , "To require firmly."@en ;
        skos:broader <id/modality/promote> .
    <id/stance/urge> a ilod:Modality , skos:Concept ; skos:inScheme <id/stance> ;
        skos:prefLabel "敦促"@zh , "urge"@en ; skos:definition "急切地请求。"@zh , "To ask urgently."@en .
}
