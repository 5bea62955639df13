import { defineConfig } from "vite";

export default defineConfig({
  root: "client",
  build: { outDir: "../dist/page", emptyOutDir: true, sourcemap: "hidden", chunkSizeWarningLimit: 1500 },
});
