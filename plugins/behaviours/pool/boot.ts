import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { WorkerSetup } from "./protocol.ts";

/**
 * What a worker runs first, as plain JavaScript: Node 20 reads no TypeScript, and `--import` of its process
 * does not reach it.
 */
const BOOT = `
const { workerData } = require("node:worker_threads");
(async () => {
  if (workerData.tsx) (await import(workerData.tsx)).register();
  await import(workerData.main);
})();`;

/** Heap of a worker's own JavaScript, MB; scripts are not in it. */
const HEAP_MB = 256;

/** Vite's runner resolves no imports for others; `require` does, to the same package's other format. */
function tsxUrl(): string {
  const path = createRequire(import.meta.url).resolve("tsx/esm/api");
  return pathToFileURL(path.replace(/\.cjs$/, ".mjs")).href;
}

/** Starts a worker thread: from the sources while one develops, from what was built otherwise. */
export function startWorker(setup: WorkerSetup): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const main = new URL(isSource ? "./worker.ts" : "./worker.js", import.meta.url).href;
  const tsx = isSource ? tsxUrl() : undefined;
  return new Worker(BOOT, {
    eval: true,
    name: "behaviours",
    workerData: { main, tsx, setup },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
}
