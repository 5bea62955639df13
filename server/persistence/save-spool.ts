import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { CharacterState } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin } from "../storage/database.ts";
import { applySpooled, type Spooled } from "./character-rows.ts";
import { readState } from "./character-state.ts";

/** Milliseconds between two tries to write spooled saves to the database. */
const RETRY_MS = 1000;
const ENTRY = /^([0-9a-f-]{36})\.(\d+)\.json$/;

/** Last saves that the database did not accept, on the local disk until it does. */
export interface SaveSpool {
  /** Writes and fsyncs a last save. It is tried again in the background and at the next start. */
  put(save: Spooled): Promise<void>;
  /** Tries all now. @returns how many still wait */
  flush(): Promise<number>;
  /** Applies the spooled save of a character, if there is one, before it is claimed here. */
  flushOne(characterId: string): Promise<void>;
  /** Stops trying; the rest stays on the disk. */
  close(): Promise<void>;
}

/**
 * Opens the spool in a folder, which it makes if needed, and applies the saves of an earlier run, each under
 * its own epoch only. A save whose character was claimed since is moved to `conflicts/` for an operator and
 * never applied.
 *
 * @throws DATA_DIR_UNWRITABLE
 */
export async function openSaveSpool(
  ds: DataSource,
  folder: string,
  { log, timers = true }: { log: Pick<BaseLogger, "info" | "warn" | "error">; timers?: boolean },
): Promise<SaveSpool> {
  const conflicts = join(folder, "conflicts");
  await mkdir(conflicts, { recursive: true }).catch((cause: Error) => {
    const text = `The folder ${folder} for saves while the database is away cannot be written (${cause.message}).`;
    throw new RoomkeepError("DATA_DIR_UNWRITABLE", text, { cause });
  });
  let waiting = (await entries(folder)).length;
  let flushing: Promise<number> | undefined;

  async function tryAll(only?: string): Promise<number> {
    for (const name of await entries(folder)) {
      if (only === undefined || name.startsWith(only)) await bringIn(name);
    }
    waiting = (await entries(folder)).length;
    return waiting;
  }

  async function bringIn(name: string): Promise<void> {
    const file = join(folder, name);
    const text = await readFile(file, "utf8").catch(() => null);
    if (text === null) return; // another process of this folder was faster
    const save = parse(text);
    if (save === null) return putAside(name, "it cannot be read");
    const outcome = await answerWithin(applySpooled(ds, save));
    if (outcome === "late") return putAside(name, "the character was claimed since");
    await rm(file, { force: true });
    log.info(
      { characterId: save.id, epoch: save.epoch },
      "a save that had waited on the disk is in the database",
    );
  }

  async function putAside(name: string, why: string): Promise<void> {
    await rename(join(folder, name), join(conflicts, name)).catch(ignoreMissing);
    log.error({ file: join(conflicts, name), why }, "a save that had waited on the disk was not applied");
  }

  const flush = () => {
    flushing ??= tryAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };
  const retry = () => {
    if (waiting > 0)
      flush().catch((error: unknown) => log.warn({ err: error, waiting }, "saves wait on the disk"));
  };
  const clock = timers ? setInterval(retry, RETRY_MS).unref() : undefined;
  if (waiting > 0) await flush();

  return {
    async put(save) {
      await writeSynced(folder, `${save.id}.${save.epoch}.json`, JSON.stringify(save));
      waiting += 1;
      log.warn(
        { characterId: save.id, epoch: save.epoch },
        "the database is away: a last save waits on the disk",
      );
    },
    flush,
    async flushOne(characterId) {
      if (waiting > 0) await tryAll(characterId);
    },
    async close() {
      clearInterval(clock);
      await flushing?.catch(() => {});
    },
  };
}

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => ENTRY.test(name)).sort();
}

function parse(text: string): Spooled | null {
  try {
    const { id, owner, epoch, state } = JSON.parse(text) as Spooled;
    const known = typeof id === "string" && typeof owner === "string" && Number.isInteger(epoch);
    return known ? { id, owner, epoch, state: readState(id, state) satisfies CharacterState } : null;
  } catch {
    return null; // the caller moves it aside and logs it
  }
}

/**
 * Writes a file that survives a power cut, whole or not at all: the file is synced, renamed, then its folder
 * synced.
 */
async function writeSynced(folder: string, name: string, text: string): Promise<void> {
  const part = join(folder, `${name}.part`);
  const file = await open(part, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, join(folder, name));
  const parent = await open(folder, "r");
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
