import { parseArgs } from "node:util";
import { ask, child, finish, heard, median, round, sleep } from "../children.ts";
import type { Load, Reading } from "./spawns-server.ts";

export const help = `[--observers 20] [--seconds 6] [--repeats 3] [--json]

What spawns and despawns cost a world room that so many clients watch, and whether a pool of actors pays: nothing, 100
and 1,000 actors that come in a tick and go in the next, and 200 projectiles a second that fly for one; each with new
actors and with those that went before, reset. The server has core 0, the clients core 1; repeats go in turns; medians.

JSON: rows, each with load, pooled, hz, and of a tick cpuMs, gcMs, allocatedKB and kB to one client; gains, the share
of a load's own CPU that its pool saves.`;

const LOADS: Readonly<Record<string, Omit<Load, "pooled">>> = {
  nothing: { perTick: 0, projectilesPerS: 0 },
  "100 a tick": { perTick: 100, projectilesPerS: 0 },
  "1,000 a tick": { perTick: 1_000, projectilesPerS: 0 },
  "200 projectiles a second": { perTick: 0, projectilesPerS: 200 },
};

interface Row {
  readonly load: string;
  readonly pooled: boolean;
  readonly hz: number;
  readonly cpuMs: number;
  readonly gcMs: number;
  readonly allocatedKB: number;
  readonly clientKB: number;
}

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      observers: { type: "string", default: "20" },
      seconds: { type: "string", default: "6" },
      repeats: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const [observers, seconds, repeats] = [values.observers, values.seconds, values.repeats].map(Number) as [
    number,
    number,
    number,
  ];
  const server = child(0, [], "spawns/spawns-server.ts", []);
  const { url } = await heard<{ url: string }>(server, "url", 120_000);
  const clients = child(1, [], "spawns/spawns-observers.ts", [url, values.observers]);
  const rows: Row[] = [];
  try {
    await heard(clients, "observers", 120_000);
    const measure = async (load: string, pooled: boolean): Promise<Row> => {
      server.send({ ...LOADS[load], pooled });
      // The pool has filled, and the first of them are compiled.
      await sleep(Math.min(2_000, seconds * 1_000));
      const bytes = async () => (await ask<{ bytes: number }>(clients, "bytes")).bytes;
      const read = async () => (await ask<{ read: Reading }>(server, "read")).read;
      const [before, bytesBefore] = [await read(), await bytes()];
      await sleep(seconds * 1_000);
      const [after, bytesAfter] = [await read(), await bytes()];
      if (after.faults.length > 0) throw new Error(`The room failed: ${JSON.stringify(after.faults)}`);
      const ticks = after.ticks - before.ticks;
      return {
        load,
        pooled,
        hz: round(ticks / seconds),
        cpuMs: round((after.cpuMs - before.cpuMs) / ticks),
        gcMs: round((after.gcMs - before.gcMs) / ticks),
        allocatedKB: round((after.allocatedBytes - before.allocatedBytes) / 1_024 / ticks),
        clientKB: round((bytesAfter - bytesBefore) / 1_024 / ticks / observers),
      };
    };
    for (let repeat = 0; repeat < repeats; repeat++)
      for (const load of Object.keys(LOADS))
        for (const pooled of repeat % 2 === 0 ? [false, true] : [true, false])
          rows.push(await measure(load, pooled));
  } finally {
    await finish(clients);
    await finish(server);
  }
  const result = Object.keys(LOADS).flatMap((load) =>
    [false, true].map((pooled) => medianOf(rows.filter((row) => row.load === load && row.pooled === pooled))),
  );
  const idleMs = median(rows.filter(({ load }) => load === "nothing").map(({ cpuMs }) => cpuMs));
  const ownMs = (load: string, pooled: boolean): number =>
    (result.find((row) => row.load === load && row.pooled === pooled)?.cpuMs ?? 0) - idleMs;
  const loads = Object.keys(LOADS).slice(1);
  const gains = Object.fromEntries(
    loads.map((load) => [load, round(1 - ownMs(load, true) / ownMs(load, false))]),
  );
  const setting = { observers, seconds, repeats, node: process.version };
  if (values.json) console.log(JSON.stringify({ bench: "spawns", ...setting, rows: result, gains }));
  else {
    console.table(result);
    console.log("share of a load's own CPU that a pool saves:", gains);
  }
}

function medianOf(rows: readonly Row[]): Row {
  const of = (field: keyof Row) => median(rows.map((row) => Number(row[field])));
  const [first] = rows;
  if (first === undefined) throw new RangeError("--repeats asks for a whole number above 0.");
  const { load, pooled } = first;
  return {
    load,
    pooled,
    hz: of("hz"),
    cpuMs: of("cpuMs"),
    gcMs: of("gcMs"),
    allocatedKB: of("allocatedKB"),
    clientKB: of("clientKB"),
  };
}
