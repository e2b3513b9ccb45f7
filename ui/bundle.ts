/** Bundles the page into the Python package that serves it, with the notices of what it contains. */

import * as esbuild from "esbuild";

const HERE = new URL(".", import.meta.url).pathname;
const STATIC = `${HERE}../palantir_models/page/static`;
/** What is bundled into one file each, named as its source; the page's own is a module, the others stand by themselves. */
const ENTRIES = {
  module: ["src/main.tsx", "src/widget.ts"],
  alone: ["src/frame.ts", "src/report.ts"],
};
const SHIPPED = ["preact", "@preact/signals", "@preact/signals-core", "uplot"];

const options: esbuild.BuildOptions = {
  absWorkingDir: HERE,
  outdir: STATIC,
  bundle: true,
  minify: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "linked",
  logLevel: "warning",
};

/** Returns the licences of the packages whose code is in the bundle. */
async function notices(): Promise<string> {
  const parts = SHIPPED.map(async (name) => {
    const folder = await Deno.realPath(`${HERE}node_modules/.deno/node_modules/${name}`).catch(() =>
      Deno.realPath(`${HERE}node_modules/${name}`)
    );
    const { version } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
    return `${name} ${version}\n\n${await Deno.readTextFile(`${folder}/LICENSE`)}`;
  });
  return (await Promise.all(parts)).join(`\n${"-".repeat(80)}\n\n`);
}

const bundles: esbuild.BuildOptions[] = [
  { ...options, format: "esm", entryPoints: ENTRIES.module },
  { ...options, format: "iife", entryPoints: ENTRIES.alone },
];
await Deno.mkdir(STATIC, { recursive: true });
await Deno.writeTextFile(`${STATIC}/licences.txt`, await notices());
await Deno.copyFile(`${HERE}icon.svg`, `${STATIC}/icon.svg`);
if (Deno.args.includes("--watch")) {
  for (const one of bundles) {
    await (await esbuild.context({ ...one, minify: false, sourcemap: "inline" })).watch();
  }
} else {
  await Promise.all(bundles.map((one) => esbuild.build(one)));
  await esbuild.stop();
}
