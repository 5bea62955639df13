import { parentPort, workerData } from "node:worker_threads";
import { systemThreadId } from "./cpu-time.ts";
import type { Call, Ready, WorkerSetup } from "./protocol.ts";
import { openScriptHost } from "./script-host.ts";

// The first file of a worker thread. It imports nothing of roomkeep's: scripts and their process have this in
// between, and no more.

const port = parentPort;
if (!port) throw new TypeError("This file is the main one of a worker thread.");
const host = await openScriptHost(workerData.setup as WorkerSetup);
let turn = Promise.resolve();
port.on("message", (call: Call) => {
  // One after the other: a module that is replaced takes a moment.
  turn = turn.then(async () => port.postMessage(await host.run(call)));
});
port.postMessage({ ready: systemThreadId() } satisfies Ready);
