import type { Log } from "roomkeep/rooms";
import type { Db } from "roomkeep/server";

/** Between two readings, ms: so late is what an operator does in another process. */
const READ_MS = 2_000;

/** Rooms in which operators have switched voice off. */
export interface Switches {
  isOff(roomId: string): boolean;
  /** Reads them anew. Never throws: while the database is away the last ones count. */
  read(): Promise<void>;
  close(): void;
}

/** Opens the switches of a process. @throws DATABASE_UNAVAILABLE */
export async function openSwitches(db: Db, log: Pick<Log, "warn">): Promise<Switches> {
  let off: ReadonlySet<string> = new Set();
  async function readOnce(): Promise<void> {
    const rows = await db.query<{ room: string }[]>("SELECT room_id AS room FROM voice_off");
    off = new Set(rows.map(({ room }) => room));
  }
  let isAway = false;
  // One after the other: an older answer never comes after a newer one.
  let reading: Promise<void> = Promise.resolve();
  function read(): Promise<void> {
    reading = reading.then(readOnce).then(
      () => {
        isAway = false;
      },
      (error) => {
        if (!isAway) log.warn({ err: error }, "where voice is switched off could not be read");
        isAway = true;
      },
    );
    return reading;
  }
  await readOnce();
  const timer = setInterval(() => void read(), READ_MS);
  timer.unref();
  return { isOff: (roomId) => off.has(roomId), read, close: () => clearInterval(timer) };
}
