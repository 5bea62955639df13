import type { DataSource } from "typeorm";
import type { CharacterState } from "../../rooms/ports/ports.ts";
import { createGuest, type NewGuest } from "../../server/accounts/guests.ts";
import {
  type CharacterOptions,
  type Characters,
  openCharacters,
} from "../../server/persistence/characters.ts";
import { testLog } from "./databases.ts";

let made = 0;

/** A process that owns characters, with its timers off: the test renews and watches. */
export function openIncarnation(
  ds: DataSource,
  options: Partial<CharacterOptions> = {},
): Promise<Characters> {
  made += 1;
  return openCharacters(ds, {
    incarnation: `incarnation-${made}`,
    log: testLog,
    timers: false,
    requestRelease: () => {},
    ...options,
  });
}

export function newGuest(ds: DataSource): Promise<NewGuest> {
  return createGuest(ds, { name: "Ada", color: 1, shape: 2 });
}

/** A state that a test recognises by its number. */
export function stateAt(x: number): CharacterState {
  return { v: 1, places: { plaza: { x, y: 0, z: 0, yaw: 0 } }, stats: { seen: [x] } };
}

/** The row as it is, for comparing before and after. */
export async function rowOf(ds: DataSource, id: string) {
  const rows = await ds.query<Record<string, unknown>[]>("SELECT * FROM character WHERE id = $1", [id]);
  return rows[0]!;
}

/** A lease that runs out in no test: the database's clock goes on while a busy machine does not. */
export async function lengthenLease(ds: DataSource, id: string): Promise<void> {
  await ds.query("UPDATE character SET lease_until = now() + interval '1 hour' WHERE id = $1", [id]);
}

/** Lets the lease run out by the database's clock, without waiting for it. */
export async function expireLease(ds: DataSource, id: string): Promise<void> {
  await ds.query("UPDATE character SET lease_until = now() - interval '1 ms' WHERE id = $1", [id]);
}

/** A clock that a test moves, with a `wait` that moves it. */
export function handClock() {
  let ms = 0;
  return {
    now: () => ms,
    advance: (by: number) => {
      ms += by;
    },
    wait: async (by: number) => {
      ms += by;
      await new Promise((done) => setImmediate(done));
    },
  };
}
