import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { Claim } from "../../rooms/index.ts";
import { type CharacterPort, type CharacterState, CLAIM_WAIT_MS } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { keyedQueue } from "../../shared/internal.ts";
import { answerWithin } from "../storage/database.ts";
import * as rows from "./character-rows.ts";
import { readState, writeState } from "./character-state.ts";
import { type Leases, openLeases, SELF_FENCE_MS } from "./leases.ts";
import type { SaveSpool } from "./save-spool.ts";

/** Milliseconds in which the owner of a live character is expected to save and release it. */
const RELEASE_WAIT_MS = 2000;
const POLL_MS = 100;
/** After the first two seconds only a lease that runs out can help, so the poll is slower. */
const SLOW_POLL_MS = 500;

/** The owner of a character, to whom a request for its release is sent. */
export interface Holder {
  readonly characterId: string;
  /** Incarnation of the process. */
  readonly owner: string;
  readonly roomId: string;
  readonly epoch: number;
}

/** Options of {@link openCharacters}. */
export interface CharacterOptions {
  /** Unique per boot of this process. */
  incarnation: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  /**
   * Asks the owner, in any process, to save, release and close the client with TAKEN_OVER. A hint that may be
   * lost: the database decides. Also called for owners in this process.
   */
  requestRelease(holder: Holder): void | Promise<void>;
  /**
   * True for a database of this process alone: leases found at the start belong to dead processes and are
   * freed.
   */
  exclusive?: boolean;
  /** Spools last saves on the disk while the database is away. */
  spool?: Pick<SaveSpool, "put" | "flushOne">;
  /** A steady clock in ms. */
  now?: () => number;
  /** Waits `ms`. */
  wait?: (ms: number) => Promise<void>;
  /** False leaves renewal to the caller of {@link Characters.leases}: for tests and the simulator. */
  timers?: boolean;
}

/** The characters of a process: the port that rooms get, and its leases. */
export interface Characters extends CharacterPort {
  readonly leases: Leases;
}

/**
 * Opens the characters of a process.
 *
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 * @example
 * const characters = await openCharacters(database.ds, {
 *   incarnation: randomUUID(),
 *   log,
 *   exclusive: database.kind === "embedded",
 *   requestRelease: (holder) => presence.publish("release", holder),
 * });
 */
export async function openCharacters(ds: DataSource, options: CharacterOptions): Promise<Characters> {
  const { incarnation, log } = options;
  const { now = () => performance.now(), wait = sleep } = options;
  const leases = openLeases(ds, options);
  const queue = keyedQueue<Claim>();
  const pending = new Set<Promise<unknown>>();
  /** The last claim of each character; `held` asks the leases whether it is still valid. */
  const claims = new Map<string, Claim>();
  /**
   * The newest join that waits for a character here. Older ones give up: otherwise many logins would take the
   * character from each other in turn, and the oldest might get it last.
   */
  const newest = new Map<string, symbol>();
  /** Claims with a save whose outcome is unknown, because its answer was lost. */
  const uncertain = new WeakSet<Claim>();
  /** Tickets of hand-overs that were begun: a second try gets the same one. */
  const tickets = new WeakMap<Claim, string>();
  let closed = false;

  if (options.exclusive) {
    const freed = await answerWithin(rows.freeRows(ds, null));
    if (freed > 0) log.info({ characters: freed }, "freed characters that an earlier crash had left claimed");
  }

  const heldOf = (claim: Claim) => ({
    id: claim.sheet.id,
    owner: incarnation,
    epoch: claim.epoch,
    version: claim.version,
  });

  async function acquire(id: string, asking: () => Promise<rows.CharacterRow | null>): Promise<Claim | null> {
    const sentAt = now();
    const asked = asking();
    const row = await answerWithin(asked).catch((error) => {
      // If the statement succeeds later, its claim is unknown here: free it at once.
      asked
        .then((late) => late && rows.abandonRow(ds, { id, owner: incarnation, epoch: late.epoch }))
        .catch(() => {}); // it failed, as is reported; otherwise the lease runs out
      throw error;
    });
    if (row === null) return null;
    if (!options.exclusive && !(now() - sentAt < SELF_FENCE_MS)) {
      // A process that froze while it asked: the lease may be over before the answer is read.
      await answerWithin(rows.abandonRow(ds, { id, owner: incarnation, epoch: row.epoch }));
      throw new RoomkeepError("DATABASE_UNAVAILABLE", "The database's answer came too late to be relied on.");
    }
    const claim = await toClaim(row).catch(async (error) => {
      await answerWithin(rows.abandonRow(ds, { id, owner: incarnation, epoch: row.epoch }));
      throw error;
    });
    leases.hold(id, claim.epoch, sentAt);
    claims.set(id, claim);
    return claim;
  }

  async function toClaim(row: rows.CharacterRow): Promise<Claim> {
    // The process may have begun to shut down while the statement ran.
    if (closed) throw shuttingDown();
    const { id, name, color, shape, epoch, version } = row;
    const state = readState(id, row.state, (zone) =>
      log.error(
        { characterId: id, zone },
        "a stored place is invalid: the character starts at a spawn there",
      ),
    );
    const sheet = { id, accountId: row.account_id, name, color, shape, coins: Number(row.coins), state };
    return { sheet, epoch, version };
  }

  /**
   * Asks each owner once, so that two concurrent logins do not take the character from each other for ever.
   */
  async function askHolder(holder: rows.HolderRow, characterId: string, asked: Set<number>): Promise<void> {
    const { owner, room_id, epoch } = holder;
    if (owner === null || asked.has(epoch)) return;
    asked.add(epoch);
    try {
      await options.requestRelease({ characterId, owner, roomId: room_id ?? "", epoch });
    } catch (error) {
      log.warn({ err: error, characterId }, "the owner of a character could not be asked to release it");
    }
  }

  async function claim(characterId: string, { roomId }: { roomId: string }): Promise<Claim> {
    const me = Symbol(roomId);
    newest.set(characterId, me);
    try {
      return await claimAs(me, characterId, roomId);
    } finally {
      if (newest.get(characterId) === me) newest.delete(characterId);
    }
  }

  async function claimAs(me: symbol, characterId: string, roomId: string): Promise<Claim> {
    const asked = new Set<number>();
    const startedAt = now();
    await options.spool?.flushOne(characterId);
    for (;;) {
      if (closed) throw shuttingDown();
      if (newest.has(characterId) && newest.get(characterId) !== me) {
        throw new RoomkeepError("CHARACTER_CLAIMED", "A newer login of this character came meanwhile.");
      }
      const claimed = await acquire(characterId, () => rows.claimRow(ds, characterId, incarnation, roomId));
      if (claimed) return claimed;
      const holder = await answerWithin(rows.holderOf(ds, characterId));
      if (holder === null) {
        throw new RoomkeepError("CHARACTER_MISSING", `There is no character ${characterId}.`);
      }
      const waitedMs = now() - startedAt;
      if (!(waitedMs < CLAIM_WAIT_MS)) {
        const where = holder.owner === null ? "between two rooms" : `live in room ${holder.room_id}`;
        throw new RoomkeepError(
          "CHARACTER_CLAIMED",
          `Character ${characterId} is ${where} and was not released in ${Math.round(waitedMs)} ms. Try again.`,
        );
      }
      await askHolder(holder, characterId, asked);
      await wait(waitedMs < RELEASE_WAIT_MS ? POLL_MS : SLOW_POLL_MS);
    }
  }

  async function claimTransfer(
    id: string,
    ticket: string,
    { roomId, back = false }: { roomId: string; back?: boolean },
  ): Promise<Claim> {
    if (closed) throw shuttingDown();
    const claimed = await acquire(id, () => rows.claimTransferRow(ds, id, ticket, incarnation, roomId, back));
    if (!claimed) throw new RoomkeepError("TRANSFER_INVALID");
    return claimed;
  }

  /** Runs the writes of one claim one after the other: each names the version of the one before. */
  function inTurn<T>(claim: Claim, write: () => Promise<T>): Promise<T> {
    const turn = queue.run([claim], write);
    const settled = turn.catch(() => {}).finally(() => pending.delete(settled));
    pending.add(settled);
    return turn;
  }

  /**
   * Finds the outcome of a write whose answer was lost. Only the owner writes, so a newer version under our
   * epoch is our own write. A write that is still under way will find its version outdated.
   */
  async function settle(claim: Claim, text: string): Promise<"held" | "released" | "travelling" | "fenced"> {
    if (!uncertain.has(claim)) return "held";
    const row = await answerWithin(rows.holderOf(ds, claim.sheet.id));
    const ticket = tickets.get(claim);
    if (row && ticket !== undefined && row.transfer_nonce === ticket) return "travelling";
    if (row?.epoch !== claim.epoch) return "fenced";
    // It was freed: by a release of this state, or, during the shutdown, without a save.
    if (row.owner === null) {
      const stored = await answerWithin(rows.isStored(ds, claim.sheet.id, claim.epoch, text));
      return stored ? "released" : "fenced";
    }
    uncertain.delete(claim);
    claim.version = row.version;
    return "held";
  }

  async function writeUnder(claim: Claim, write: () => Promise<boolean>): Promise<boolean> {
    try {
      const written = await answerWithin(write());
      if (written) claim.version += 1;
      return written;
    } catch (error) {
      uncertain.add(claim);
      throw error;
    }
  }

  async function save(claim: Claim, state: CharacterState): Promise<"saved" | "fenced"> {
    const { id } = claim.sheet;
    const text = writeState(id, state);
    return inTurn(claim, async () => {
      if (!leases.holds(id, claim.epoch)) return "fenced";
      const sentAt = now();
      if (
        (await settle(claim, text)) !== "held" ||
        !(await writeUnder(claim, () => rows.saveRow(ds, heldOf(claim), text)))
      ) {
        leases.lose(id, claim.epoch, "a save was fenced");
        return "fenced";
      }
      leases.touch(id, claim.epoch, sentAt);
      return "saved";
    });
  }

  async function release(claim: Claim, state: CharacterState): Promise<"saved" | "fenced"> {
    const { id } = claim.sheet;
    const text = writeState(id, state);
    // Unlike a save it is tried without a lease too: it is the last state of the character, and the database
    // accepts it only if the character was not claimed since.
    return inTurn(claim, async () => {
      const was = await settle(claim, text);
      if (was !== "held") {
        leases.drop(id, claim.epoch);
        forget(claim);
        return was === "fenced" ? "fenced" : "saved";
      }
      const released = await writeUnder(claim, () => rows.releaseRow(ds, heldOf(claim), text));
      leases.drop(id, claim.epoch);
      forget(claim);
      return released ? "saved" : "fenced";
    });
  }

  const forget = (claim: Claim) => claims.get(claim.sheet.id) === claim && claims.delete(claim.sheet.id);

  function held(id: string, epoch: number): Claim | undefined {
    const claim = claims.get(id);
    return claim?.epoch === epoch && leases.holds(id, epoch) ? claim : undefined;
  }

  async function keep(claim: Claim, state: CharacterState): Promise<boolean> {
    const { id } = claim.sheet;
    writeState(id, state); // a state that cannot be stored later is refused now
    if (!options.spool) return false;
    await options.spool.put({ id, owner: incarnation, epoch: claim.epoch, state });
    leases.drop(id, claim.epoch);
    forget(claim);
    return true;
  }

  async function transfer(
    claim: Claim,
    state: CharacterState,
    to?: { roomId: string },
  ): Promise<string | null> {
    const { id } = claim.sheet;
    const text = writeState(id, state);
    const ticket = tickets.get(claim) ?? randomUUID();
    tickets.set(claim, ticket);
    return inTurn(claim, async () => {
      const was = await settle(claim, text);
      const away =
        was === "travelling" ||
        (was === "held" &&
          (await writeUnder(claim, () => rows.transferRow(ds, heldOf(claim), ticket, text, to?.roomId))));
      leases.drop(id, claim.epoch);
      forget(claim);
      return away ? ticket : null;
    });
  }

  async function abandon(claim: Claim): Promise<void> {
    const { id } = claim.sheet;
    await inTurn(claim, async () => {
      leases.drop(id, claim.epoch);
      forget(claim);
      await answerWithin(rows.abandonRow(ds, heldOf(claim)));
    });
  }

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    await Promise.allSettled(pending);
    leases.stop();
    const left = await answerWithin(rows.freeRows(ds, incarnation)).catch((error) => {
      log.warn({ err: error }, "claims could not be freed at the end; they run out by themselves");
      return 0;
    });
    if (left > 0) log.warn({ characters: left }, "characters were still claimed at the end; freed unsaved");
  }

  leases.onLost((id, epoch) => claims.get(id)?.epoch === epoch && claims.delete(id));

  return {
    claim,
    claimTransfer,
    save,
    release,
    keep,
    transfer,
    held,
    abandon,
    onFenced: leases.onLost,
    close,
    leases,
  };
}

function shuttingDown(): RoomkeepError {
  return new RoomkeepError("ROOM_CLOSED", "This server is shutting down. Try again in a moment.");
}
