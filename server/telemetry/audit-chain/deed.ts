import type { CommandGiven } from "../../../rooms/internal.ts";
import type { ChainEntry } from "./chain.ts";

/** A privileged action outside of a room, before its outcome is known. */
export type Deed = Pick<CommandGiven, "caller" | "role" | "line"> & {
  /** Of the caller. */
  readonly account?: string;
  /** Name of the operation, if it is one. */
  readonly operation?: string;
  /** The account that it is done to. */
  readonly concerns?: string | undefined;
};

/** The entry of an action that belongs to no room. */
export function entryOf({ account, ...deed }: Deed, outcome: string): CommandGiven & Deed {
  return { ...deed, account, character: undefined, game: "", roomId: "", outcome };
}

/** An entry with its id and time. */
export type EntryRow = CommandGiven &
  Pick<Deed, "operation" | "concerns"> & {
    readonly id: string;
    readonly at: Date;
  };
/** What PostgreSQL cannot hold would keep every later entry waiting. */
const storable = (text: string) => Buffer.from(text.replaceAll("\0", "\u{fffd}")).toString();

/** An entry as the chain takes it. */
export function chainedOf(row: EntryRow): ChainEntry {
  return {
    id: row.id,
    at: row.at,
    role: row.role,
    caller: storable(row.caller),
    account: row.account ?? null,
    character: row.character ?? null,
    game: storable(row.game),
    roomId: storable(row.roomId),
    line: storable(row.line),
    outcome: storable(row.outcome),
    operation: row.operation ?? null,
    concerns: row.concerns ?? null,
  };
}
