import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { compressPage } from "./server/http/page-compression.ts";

/** Builds the operators' page, which every server has at /admin: the tarball holds it as it is built here. */
export default defineConfig({
  root: "admin",
  base: "./",
  plugins: [pageSize(), compressed("dist/admin")],
  resolve: { conditions: ["roomkeep-source", "module", "browser", "development|production"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { outDir: "../dist/admin", emptyOutDir: true, target: "es2022", assetsInlineLimit: 0 },
});

/** Says how much a browser loads: "desk: 74 kB gzipped". */
function pageSize(): Plugin {
  return {
    name: "roomkeep-desk-bytes",
    apply: "build",
    generateBundle(_options, bundle) {
      const bytes = Object.values(bundle).reduce(
        (sum, file) => sum + gzipSync(file.type === "chunk" ? file.code : file.source).length,
        0,
      );
      console.info(`desk: ${(bytes / 1000).toFixed(0)} kB gzipped`);
    },
  };
}

/** Beside the files lie compressed ones: a server may run where it cannot write them. */
function compressed(folder: string): Plugin {
  return { name: "roomkeep-desk-compression", apply: "build", closeBundle: () => compressPage(folder) };
}
