// Readers of JSON-LD that people have, over saved files: node read_json_ld.mjs FILE..., each file's statements written
// as N-Quads to FILE.jsonld-js.nq and FILE.comunica.nq. Nothing may be fetched.
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import jsonld from "jsonld";
import { JsonLdParser } from "jsonld-streaming-parser";
import { Writer } from "n3";

const refuse = (url) => {
  throw new Error(`asked to fetch ${url}`);
};

async function byJsonldJs(file) {
  const document = JSON.parse(readFileSync(file, "utf8"));
  return jsonld.toRDF(document, { format: "application/n-quads", documentLoader: refuse });
}

function byComunica(file) {
  // The parser that Comunica's actor for JSON-LD hands documents to.
  return new Promise((resolve, reject) => {
    const writer = new Writer({ format: "N-Quads" });
    const parser = new JsonLdParser({ documentLoader: { load: async (url) => refuse(url) } });
    createReadStream(file)
      .pipe(parser)
      .on("data", (quad) => writer.addQuad(quad))
      .on("error", reject)
      .on("end", () => writer.end((error, text) => (error ? reject(error) : resolve(text))));
  });
}

for (const file of process.argv.slice(2)) {
  writeFileSync(`${file}.jsonld-js.nq`, await byJsonldJs(file));
  writeFileSync(`${file}.comunica.nq`, await byComunica(file));
}
