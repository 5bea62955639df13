import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tests/longest-first.ts";

const conditions = ["roomkeep-source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  oxc: { decorator: { legacy: true }, jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/helpers/page.ts"],
    setupFiles: ["tests/helpers/fast-paths.ts"],
    // An embedded database lives for one file: to compile it well costs more than it gains.
    execArgv: ["--liftoff-only"],
    // Limits of waiting, not of speed: beside other work on the machine everything takes several times as
    // long.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    env: { ROOMKEEP_TEST_WAIT_MS: "90000" },
    expect: { poll: { timeout: 60_000, interval: 20 } },
    // Several boot servers and browsers and wait for them: on two cores a third one has room.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
