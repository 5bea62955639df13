/** A bench: runs with its own arguments, prints its own result. `--json` prints JSON and nothing else. */
export interface Bench {
  /** A line for the list and the arguments it takes. */
  readonly help: string;
  run(args: readonly string[]): Promise<void>;
}

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  behaviours: () => import("./behaviours/index.ts"),
  cheat: () => import("./cheat/index.ts"),
  cluster: () => import("./cluster/index.ts"),
  crowd: async () => (await import("./crowd/index.ts")).crowd,
  "crowd-inputs": async () => (await import("./crowd/crowd-inputs.ts")).crowdInputs,
  items: () => import("./items.ts"),
  latency: async () => (await import("./play/latency.ts")).latency,
  leaderboard: () => import("./leaderboard/index.ts"),
  memory: () => import("./memory/index.ts"),
  reads: () => import("./reads/index.ts"),
  recorder: () => import("./recorder/index.ts"),
  party: () => import("./party/index.ts"),
  rooms: async () => (await import("./play/rooms.ts")).rooms,
  spawns: () => import("./spawns/index.ts"),
  step: () => import("./step/index.ts"),
  storm: async () => (await import("./play/storm.ts")).storm,
  world: () => import("./world/index.ts"),
};

async function main([name = "", ...args]: readonly string[]): Promise<void> {
  const open = BENCHES[name];
  if (open === undefined || args.includes("--help")) {
    const names = open === undefined ? Object.keys(BENCHES) : [name];
    for (const one of names) console.log(`npm run bench -- ${one} ${(await BENCHES[one]?.())?.help}`);
    if (open === undefined && name !== "" && name !== "--help") process.exitCode = 1;
    return;
  }
  await (await open()).run(args);
}

await main(process.argv.slice(2));
