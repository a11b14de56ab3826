// Bundles what the twin's viewer uses of CesiumJS (scripts/cesium.mjs) into one file; scripts/setup.sh runs it.
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

// CesiumJS draws a table of reflections before its first picture, from 1,024 samples for each of 65,536 texels. Without a graphics
// card that takes two seconds. Our models are matt: 32 samples give them the same colours.
const samples = {
  name: "fewer-samples",
  setup(builder) {
    builder.onLoad({ filter: /BrdfLutGeneratorFS\.js$/ }, async ({ path }) => {
      const shader = await readFile(path, "utf8");
      const contents = shader.replace("NumSamples = 1024;", "NumSamples = 32;");
      if (contents === shader) throw new Error(`${path} has no NumSamples = 1024: see scripts/bundle.mjs`);
      return { contents, loader: "js" };
    });
  },
};

await build({
  entryPoints: ["scripts/cesium.mjs"], outfile: "node_modules/.bundled/index.mjs", bundle: true, minify: true, format: "esm",
  logLevel: "error", external: ["fs", "path", "url"], plugins: [samples],
});
