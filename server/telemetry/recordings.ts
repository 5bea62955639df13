import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { BaseLogger } from "pino";
import { openRecorder } from "../../rooms/index.ts";
import type { RecordedRoom, RecordingPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";

/** Most characters of one file; then the recording of its room ends. */
const FILE_MAX = 256_000_000;
/** Most bytes that wait for the disk; a slower disk ends the recording before it fills the memory. */
const WAITING_MAX = 32_000_000;

/** Ticks between snapshots, at which a re-run may begin. */
const MARK_TICKS = 600;

/** Recordings of the rooms of this process. */
export interface Recordings extends RecordingPort {
  /** Ends all recordings, and resolves when they are on the disk. */
  close(): Promise<void>;
}

/** Folder of the recordings, and how often a hash is in them. */
export interface RecordingsOptions {
  /** Folder of the files; it is made if it is missing. */
  readonly folder: string;
  /** Ticks between hashes of the world, for a re-run to compare with. 0: none. */
  readonly hashEveryTicks: number;
  readonly log: Pick<BaseLogger, "info" | "error">;
}

/**
 * Records every room into a file of its own, one JSON line a tick: `meadow-XF66-2026-11-21T15-04-05.jsonl`.
 * The files hold names and ids of characters, so only the owner of the process may read them.
 *
 * @throws DATA_DIR_UNWRITABLE
 */
export async function openRecordings(options: RecordingsOptions): Promise<Recordings> {
  const { folder, hashEveryTicks, log } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause) => {
    throw new RoomkeepError("DATA_DIR_UNWRITABLE", `Recordings cannot be written to ${folder}.`, { cause });
  });
  const open = new Set<() => Promise<void>>();

  return {
    begin(room: RecordedRoom) {
      const at = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
      const file = join(folder, `${room.roomName}-${room.roomId}-${at}.jsonl`);
      // Never overwrites a file.
      const out = createWriteStream(file, { flags: "wx", mode: 0o600 });
      const recorder = openRecorder({
        write(line) {
          out.write(line);
          if (out.writableLength > WAITING_MAX) fail(new Error("The disk is too slow."));
        },
        maxChars: FILE_MAX,
        hashEveryTicks,
        markEveryTicks: MARK_TICKS,
      });
      const closed = new Promise<void>((resolve) => out.once("close", () => resolve()));
      const fail = (error: Error) => {
        if (!recorder.running) return;
        log.error({ err: error, file }, "a recording has ended early");
        recorder.stop();
      };
      out.on("error", fail);
      const end = async () => {
        open.delete(end);
        recorder.stop();
        out.end();
        await closed;
      };
      open.add(end);
      room.record(recorder);
      log.info({ file }, "recording a room");
      return () => void end();
    },
    async close() {
      await Promise.allSettled([...open].map((end) => end()));
    },
  };
}
