import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { child, finish, heard, round } from "../children.ts";

export const help = `[--agents 1000] [--rounds 20] [--json]

What a decision of a script costs: the same script in the sandbox of plugins/behaviours (with its API, its limits and its
checks), in QuickJS alone, in isolated-vm where it is installed (npm i --no-save isolated-vm), and in node:vm, which is no
sandbox and the floor. decideUs is CPU of the process a decision, agentsACore how many agents at 4 decisions a second fill one
core, openUs the time to open a script, kbEach the memory of one. Each engine has a process and core 1 of its own.`;

interface Read {
  readonly engine: string;
  readonly openUs: number;
  readonly kbEach: number;
  readonly decideUs: number;
}

const ENGINES = ["roomkeep behaviours", "QuickJS, bare", "isolated-vm", "node:vm, no sandbox"];

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      agents: { type: "string", default: "1000" },
      rounds: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const engines: (Read & { agentsACore: number })[] = [];
  const missing = ENGINES.filter((engine) => !isThere(engine));
  for (const engine of ENGINES) {
    if (missing.includes(engine)) continue;
    const one = child(1, ["--expose-gc"], "behaviours/engine-child.ts", [
      engine,
      values.agents,
      values.rounds,
    ]);
    try {
      const { read } = await heard<{ read: Read }>(one, "read", 120_000);
      const { openUs, kbEach, decideUs } = read;
      const agentsACore = Math.round(1_000_000 / decideUs / 4);
      engines.push({
        engine,
        openUs: round(openUs),
        kbEach: round(kbEach),
        decideUs: round(decideUs),
        agentsACore,
      });
    } finally {
      await finish(one);
    }
  }
  const result = {
    bench: "behaviours",
    agents: Number(values.agents),
    node: process.version,
    engines,
    missing,
  };
  console.log(values.json ? JSON.stringify(result) : result);
}

/** An engine that is a package of its own may be missing. */
function isThere(engine: string): boolean {
  if (engine !== "isolated-vm") return true;
  try {
    createRequire(import.meta.url).resolve(engine);
    return true;
  } catch {
    return false;
  }
}
