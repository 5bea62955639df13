import { defineConfig } from "vitest/config";

const conditions = ["roomkeep-source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  oxc: { decorator: { legacy: true }, jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/helpers/page.ts"],
    setupFiles: ["tests/helpers/fast-paths.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Several boot servers and browsers and wait for them: on two cores a third one has room.
    maxWorkers: 3,
  },
});
