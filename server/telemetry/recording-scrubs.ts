import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { matchMaker } from "@colyseus/core";
import { type RerunRoom, readRecording, Scrub, Scrubs } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "../storage/database.ts";
import { readKept } from "./recording-rows.ts";

const unpack = promisify(gunzip);
/** Longest recording, in characters as it is unpacked. */
const TEXT_MAX = 256_000_000;

/** A kept recording that can be looked at. */
export interface OpenRecording {
  readonly scrub: Scrub;
  /** What may make a difference that is none of the room's. */
  readonly warnings: readonly string[];
}

/** The kept recordings that this process has open, by their ids. */
export interface KeptScrubs {
  /**
   * Opens a kept recording, unless it is open.
   *
   * @throws RECORDING_UNKNOWN, DATABASE_UNAVAILABLE
   * @throws SNAPSHOT_CORRUPT it is damaged
   * @throws REPLAY_NONE this server has no game of its name
   */
  open(db: Db, id: string): Promise<OpenRecording>;
  close(): void;
}

/** Opens kept recordings for who looks at them. Each process can open each. */
export function openKeptScrubs(here: { readonly version: string; build(): string }): KeptScrubs {
  const scrubs = new Scrubs();
  const warnings = new Map<string, readonly string[]>();
  return {
    async open(db, id) {
      const open = scrubs.find(id);
      if (open instanceof Scrub) return { scrub: open, warnings: warnings.get(id) ?? [] };
      const row = await readKept(db, id);
      const lines = (await textOf(row.gzip)).split("\n");
      const { ring, endHash, node, build } = readRecording(lines, row.to.getTime());
      const Game = matchMaker.getRoomClass(row.game) as unknown as (new () => RerunRoom) | undefined;
      if (!Game) throw new RoomkeepError("REPLAY_NONE", `This server has no game "${row.game}".`);
      const scrub = new Scrub(Game, ring, endHash);
      warnings.set(id, warningsOf({ version: row.version, node, build }, { ...here, build: here.build() }));
      scrubs.add(scrub, id);
      return { scrub, warnings: warnings.get(id) ?? [] };
    },
    close: () => scrubs.closeAll(),
  };
}

async function textOf(gzip: Buffer): Promise<string> {
  try {
    return (await unpack(gzip, { maxOutputLength: TEXT_MAX })).toString();
  } catch (cause) {
    throw new RoomkeepError("SNAPSHOT_CORRUPT", "The recording cannot be unpacked.", { cause });
  }
}

/** A re-run is exact by the code that recorded it; whether another does the same, the hashes tell. */
function warningsOf(
  then: { readonly version: string; readonly node: string | undefined; readonly build: string | undefined },
  here: { readonly version: string; readonly build: string },
): string[] {
  const warnings: string[] = [];
  const differs = (what: string, recorded: string | undefined, now: string) => {
    if (recorded && now && recorded !== now)
      warnings.push(`Recorded by ${what} ${recorded}; here it is ${now}.`);
  };
  const major = (version: string | undefined) => version?.split(".")[0];
  differs("version", then.version, here.version);
  differs("build", then.build, here.build);
  differs("Node", major(then.node), major(process.versions.node) ?? "");
  return warnings;
}
