// Times npm's mjml on the files named: one line of JSON, milliseconds of CPU and bytes for each file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, ...files] = process.argv.slice(2);
const loaded = createRequire(`${modules}/`)("mjml");
const compile = loaded.default ?? loaded;
const options = { fonts: {}, keepComments: false, validationLevel: "strict" };
const found = [];
for (const file of files) {
  const source = readFileSync(file, "utf-8");
  for (let warm = 0; warm < 30; warm++) await compile(source, options);
  let best = Infinity, html = "";
  for (let round = 0; round < 10; round++) {
    const start = process.cpuUsage();
    html = (await compile(source, options)).html;
    const used = process.cpuUsage(start);
    best = Math.min(best, (used.user + used.system) / 1e3);
  }
  found.push({ milliseconds: best, bytes: Buffer.byteLength(html) });
}
console.log(JSON.stringify(found));
