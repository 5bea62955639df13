import { createRequire } from "node:module";
import vm from "node:vm";
import { PROGRESS } from "../../plugins/behaviours/pool/protocol.ts";
import { openScriptHost } from "../../plugins/behaviours/pool/script-host.ts";
import { loadEngine } from "../../plugins/behaviours/sandbox/engine.ts";
import { DEFAULT_LIMITS } from "../../plugins/behaviours/sandbox/limits.ts";
import { SCRIPT, viewOf } from "./scripts.ts";

/** Opens so many scripts, and lets each decide once. */
type OpenScripts = (agents: number) => Promise<() => void | Promise<void>>;

const [name = "", agentsText = "1000", rounds = "10"] = process.argv.slice(2);
const agents = Number(agentsText);

/** A decision as scripts of the plugin make it: with its API, its limits and its checks. */
const ours: OpenScripts = async (count) => {
  const progress = new SharedArrayBuffer(4 * PROGRESS.length);
  const host = await openScriptHost({ limits: DEFAULT_LIMITS, moduleMb: 512, progress });
  const source = `let count = 0;
  on("decide", () => {
    const [nearest] = near(4);
    if (nearest && nearest.distance < 3) moveTo(2 * self.x - nearest.x, 2 * self.z - nearest.z, { run: true });
    else if (++count % 3 === 0) moveTo(self.x + Math.sin(count) * 5, self.z + Math.cos(count) * 5);
  });`;
  const ids = Array.from({ length: count }, (_, n) => `a${n}`);
  const table = { version: 1, ids, kinds: ids.map(() => "avatar"), names: ids };
  const poses = Float32Array.from(ids.flatMap((_, n) => [(n * 37) % 100, 0, (n * 61) % 100, 0]));
  let call = 0;
  return async () => {
    call += 1;
    const asks = ids.map((id, row) => ({
      ...{ id, row, self: { moving: false }, heard: [] },
      ...(call === 1 && { load: { source, memory: "{}" } }),
    }));
    await host.run({
      ...{ call, room: "bench", tick: call, timeS: call / 4, seed: 7, senseM: 30 },
      table,
      poses,
      asks,
      gone: [],
    });
  };
};

/** QuickJS without the API: text in, text out. */
const bare: OpenScripts = async (count) => {
  const { module } = await loadEngine(512);
  const scripts = Array.from({ length: count }, () => {
    const runtime = module.newRuntime();
    runtime.setInterruptHandler(() => false);
    const context = runtime.newContext();
    return { context, decide: context.unwrapResult(context.evalCode(`${SCRIPT}; decide`)) };
  });
  return () => {
    for (const [n, { context, decide }] of scripts.entries()) {
      const view = context.newString(viewOf(n));
      const given = context.unwrapResult(context.callFunction(decide, context.undefined, view));
      context.getString(given);
      given.dispose();
      view.dispose();
    }
  };
};

/** One context each, in this thread: no sandbox, and the floor. */
const contexts: OpenScripts = async (count) => {
  const scripts = Array.from({ length: count }, () =>
    vm.runInContext(`${SCRIPT}; decide`, vm.createContext({})),
  );
  return () => {
    for (const [n, decide] of scripts.entries()) decide(viewOf(n));
  };
};

/** One isolate each, with a limit of 8 MB, the least that it takes. */
const isolates: OpenScripts = async (count) => {
  const { Isolate } = createRequire(import.meta.url)("isolated-vm");
  const scripts = Array.from({ length: count }, () => {
    const isolate = new Isolate({ memoryLimit: 8 });
    const context = isolate.createContextSync();
    context.evalSync(SCRIPT);
    return context.global.getSync("decide", { reference: true });
  });
  return () => {
    for (const [n, decide] of scripts.entries()) decide.applySync(undefined, [viewOf(n)], { timeout: 100 });
  };
};

const ENGINES: Readonly<Record<string, OpenScripts>> = {
  "roomkeep behaviours": ours,
  "QuickJS, bare": bare,
  "node:vm, no sandbox": contexts,
  "isolated-vm": isolates,
};

const collect = globalThis.gc ?? (() => {});
collect();
const rss = process.memoryUsage.rss();
const from = performance.now();
const decideAll = await ENGINES[name]?.(agents);
if (!decideAll) throw new TypeError(`There is no engine ${name}.`);
await decideAll();
const openMs = performance.now() - from;
collect();
const kbEach = (process.memoryUsage.rss() - rss) / 1024 / agents;
for (let round = 0; round < 3; round++) await decideAll();
const before = process.cpuUsage();
for (let round = 0; round < Number(rounds); round++) await decideAll();
const { user, system } = process.cpuUsage(before);
const decideUs = (user + system) / (Number(rounds) * agents);
process.send?.({ read: { engine: name, openUs: (1_000 * openMs) / agents, kbEach, decideUs } });
// The bench says when it has heard it.
process.on("message", () => process.exit());
