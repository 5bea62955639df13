import { pino } from "pino";
import { meadowLevel } from "../../games/meadow/level.ts";
import { MeadowState } from "../../games/meadow/state.ts";
import { meadowSystems } from "../../games/meadow/systems.ts";
import { openSimulation } from "../../rooms/simulation/simulation.ts";
import { readState } from "../../server/persistence/character-state.ts";
import { createSnapshotCodec } from "../../server/persistence/snapshot-codec.ts";
import { type Db, openDatabase } from "../../server/storage/database.ts";
import { TICK_HZ } from "../../shared/constants.ts";

/** Saves that a server process left in its database. */
export interface Saved {
  /** Hash of the meadow as it opens from its save; undefined: it has none that opens. */
  readonly zoneHash: string | undefined;
  /** Paths of numbers in the zone and in characters that are not finite, and unreadable saves. */
  readonly faults: readonly string[];
  /** Number of characters that were checked. */
  readonly characters: number;
}

/** Reads the saves; the process must have ended. `characterIds` must exist and be free. */
export async function readSaved(dataDir: string, characterIds: readonly string[]): Promise<Saved> {
  const database = await openDatabase({ dataDir, log: pino({ level: "silent" }) });
  try {
    const zone = await readZone(database.ds);
    const rows = await database.ds.query<CharacterRow[]>("SELECT id, coins, state, owner FROM character");
    const missing = characterIds.filter((id) => !rows.some((row) => row.id === id));
    const faults = [
      ...zone.faults,
      ...missing.map((id) => `character ${id} is gone`),
      ...rows.flatMap(characterFaults),
    ];
    return { zoneHash: zone.hash, faults, characters: rows.length };
  } finally {
    await database.close();
  }
}

interface CharacterRow {
  readonly id: string;
  readonly coins: string;
  readonly state: unknown;
  readonly owner: string | null;
}

function characterFaults({ id, coins, state, owner }: CharacterRow): string[] {
  const faults = infinite({ coins: Number(coins), state }, `character ${id}`);
  if (owner !== null) faults.push(`character ${id} is still claimed`);
  try {
    readState(id, state);
  } catch (error) {
    faults.push(String(error));
  }
  return faults;
}

async function readZone(db: Db): Promise<{ hash?: string; faults: string[] }> {
  const [row] = await db.query<{ snapshot: Buffer }[]>("SELECT snapshot FROM zone_save WHERE key = 'meadow'");
  const aside = await db.query<{ reason: string }[]>("SELECT reason FROM zone_quarantine");
  const faults = aside.map(({ reason }) => `a save was put aside: ${reason}`);
  if (row === undefined) return { faults: [...faults, "the meadow was not saved"] };
  try {
    const stored = JSON.parse(createSnapshotCodec().open(row.snapshot).toString()) as { data: unknown };
    faults.push(...infinite(stored.data, "meadow"));
    const simulation = openSimulation({
      state: new MeadowState(),
      level: meadowLevel,
      systems: meadowSystems,
      tickHz: TICK_HZ,
      seed: 0,
      fault: (where, error) => faults.push(`${where}: ${error}`),
    });
    simulation.restore(stored.data);
    return { hash: simulation.hash(), faults };
  } catch (error) {
    return { faults: [...faults, `the meadow's save does not open: ${error}`] };
  }
}

/** Paths of numbers that are not finite; in a snapshot they are tagged. */
export function infinite(value: unknown, path: string): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== "object" || value === null) return [];
  const tagged = value as { $?: unknown; is?: unknown };
  if (tagged.$ === "number") return Number.isFinite(Number(tagged.is)) ? [] : [`${path} is ${tagged.is}`];
  return Object.entries(value).flatMap(([key, inner]) => infinite(inner, `${path}.${key}`));
}
