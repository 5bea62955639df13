import { defineConfig } from "vite";

export default defineConfig({
  root: "client",
  build: { outDir: "../dist/page", emptyOutDir: true, chunkSizeWarningLimit: 1500 },
});
