// Bundles the editor into the Python package: one module, and the licences of what is in it.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "src", "initiative_lod", "web", "static", "editor");

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/editor.js"],
  outfile: join(target, "editor.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  metafile: true,
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []),
);
const notices = [...packages].sort().map(async (name) => {
  const folder = join(here, "node_modules", name);
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((item) => /^licen[cs]e/i.test(item));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version}\n\n${await readFile(join(folder, file), "utf8")}`;
});
await writeFile(join(target, "LICENSES.txt"), (await Promise.all(notices)).join(`\n${"-".repeat(72)}\n\n`));
