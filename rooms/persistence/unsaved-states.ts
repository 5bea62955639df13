import { channel } from "node:diagnostics_channel";
import { type ErrorCode, RoomkeepError } from "../../shared/index.ts";
import type { Log } from "../ports/ports.ts";

/** A state that was dropped unsaved, as published on the channel "roomkeep:unsaved". */
export interface Unsaved {
  readonly what: "character" | "zone" | "match";
  /** The reason: a code of ours, or "UNKNOWN". */
  readonly code: ErrorCode | "UNKNOWN";
}

const unsaved = channel("roomkeep:unsaved");

/** False: the state itself was refused, and would be refused again. */
export function maySaveLater(error: unknown): boolean {
  return !(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE";
}

/** Logs and counts a state that is dropped unsaved: the last save counts from now on. `of` names it. */
export function tellUnsaved(log: Log, what: Unsaved["what"], of: object, error: unknown): void {
  const code = error instanceof RoomkeepError ? error.code : "UNKNOWN";
  log.error(
    { ...of, code, err: error },
    `a ${what} could not be saved and is free with its last saved state`,
  );
  unsaved.publish({ what, code } satisfies Unsaved);
}
