import { defineConfig } from "vite";
import { pageBytes } from "./server/dev/page-bytes.ts";

/** Builds the page that the server sends at its one port. Tests have their own file, vitest.config.ts. */
export default defineConfig({
  root: "client",
  plugins: [pageBytes()],
  resolve: { conditions: ["roomkeep-source", "module", "browser", "development|production"] },
  // The scan for packages to bundle ahead, in development, reads files by its own settings.
  optimizeDeps: { rolldownOptions: { transform: { jsx: { runtime: "automatic", importSource: "preact" } } } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/page",
    // For the server alone, which serves none: it reads stacks of pages by them.
    sourcemap: "hidden",
    emptyOutDir: true,
    target: "es2022",
    // three alone is above Vite's default warning; it is a chunk of its own that browsers keep between
    // releases.
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "three", test: /node_modules[\\/]three[\\/]/ }] } },
    },
  },
});
