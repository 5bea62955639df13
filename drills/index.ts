/** A drill: causes faults on purpose and counts the harm. `--json` prints one JSON object last. */
interface Drill {
  readonly help: string;
  /** Sets `process.exitCode` when a promise was not kept. */
  run(args: string[]): Promise<void>;
}

const DRILLS: Readonly<Record<string, () => Promise<Drill>>> = {
  crash: () => import("./crash/index.ts"),
  replay: () => import("./replay/index.ts"),
  zone: () => import("./zone/index.ts"),
  sim: () => import("./sim/index.ts"),
  "sim matchmaking": () => import("./matchmaking/index.ts"),
  travel: () => import("./cluster/travel.ts"),
  redis: () => import("./cluster/redis.ts"),
  roll: () => import("./cluster/roll.ts"),
  liveness: () => import("./cluster/liveness.ts"),
  frames: () => import("./frames/index.ts"),
  hostile: () => import("./hostile/index.ts"),
  social: () => import("./social/index.ts"),
  audit: () => import("./audit/index.ts"),
  behaviours: () => import("./behaviours/index.ts"),
};

async function main([first = "--help", second = "", ...rest]: string[]): Promise<void> {
  const pair = `${first} ${second}`;
  const [name, args] = DRILLS[pair] ? [pair, rest] : [first, second === "" ? rest : [second, ...rest]];
  const load = DRILLS[name];
  if (!load) {
    console.log(`npm run drill -- <name> [options]\n\n  ${Object.keys(DRILLS).join("\n  ")}`);
    if (name !== "--help" && name !== "-h") process.exitCode = 2;
    return;
  }
  const drill = await load();
  if (args.includes("--help") || args.includes("-h")) console.log(drill.help);
  else await drill.run(args);
}

await main(process.argv.slice(2));
// Sockets to servers that were killed would keep the process for a while longer.
process.exit();
