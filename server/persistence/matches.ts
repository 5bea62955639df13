import { setTimeout as sleep } from "node:timers/promises";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { MatchClaim, MatchPort, MatchSave } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin } from "../storage/database.ts";
import type { Retention } from "../storage/retention.ts";
import { acquireLease, PendingWork } from "./acquire-lease.ts";
import { type Leases, openLeases } from "./leases.ts";
import * as rows from "./match-rows.ts";
import { WHAT_TO_DO } from "./refused-zones.ts";
import type { SnapshotCodec } from "./snapshot-codec.ts";

/** Most matches in an account's list. */
const LISTED_MAX = 100;

/** Least time between two log lines of a match that does not open, ms. */
const LOG_AGAIN_MS = 60_000;

/** Options of {@link openMatches}. */
export interface MatchesOptions {
  /** Unique per boot of this process. */
  readonly incarnation: string;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  /** Compresses, and encrypts where there is a key. */
  readonly seal: SnapshotCodec;
  /** Days for which the code of a match that is over is answered with MATCH_OVER. */
  readonly overDays: number;
  /** True for a database of this process alone: leases found at the start are freed. */
  readonly exclusive?: boolean;
  /** A steady clock in ms. */
  readonly now?: () => number;
  /** Waits `ms`. */
  readonly wait?: (ms: number) => Promise<void>;
  /** False leaves renewal to the caller of {@link Matches.leases}: for tests. */
  readonly timers?: boolean;
}

/** A stored match, for who wants to come in. */
export interface FoundMatch {
  readonly game: string;
  readonly hidden: boolean;
  readonly over: boolean;
}

/** The lasting matches of a process: the port that rooms get, its leases, and look-ups. */
export interface Matches extends MatchPort {
  readonly leases: Leases;
  readonly retention: Retention;
  /** @throws DATABASE_UNAVAILABLE */
  find(code: string): Promise<FoundMatch | undefined>;
  /** @throws DATABASE_UNAVAILABLE */
  hasSeat(code: string, accountId: string): Promise<boolean>;
  /** Those that an account plays in, the last changed first. @throws DATABASE_UNAVAILABLE */
  listOf(accountId: string): Promise<readonly rows.OwnMatch[]>;
  /** Stops renewing, waits for saves under way and frees the remaining leases, unsaved. */
  close(): Promise<void>;
}

/** Opens the lasting matches of a process. @throws DATABASE_UNAVAILABLE no answer within 5 s */
export async function openMatches(ds: DataSource, options: MatchesOptions): Promise<Matches> {
  const { incarnation: owner, log, seal, overDays } = options;
  const { now = () => performance.now(), wait = sleep } = options;
  const leases = openLeases(ds, { ...options, what: "match", renewRows: rows.renewMatches });
  const handed = new Set<string>();
  /** When the log was told last of a match that does not open. */
  const told = new Map<string, number>();
  const pending = new PendingWork();
  let closed = false;

  if (options.exclusive) {
    const freed = await answerWithin(rows.freeMatches(ds, null));
    if (freed > 0) log.info({ matches: freed }, "freed matches that an earlier crash had left claimed");
  }

  const sealed = ({ content, days, ...save }: MatchSave): rows.SealedSave => ({
    ...save,
    snapshot: seal.seal(content),
    days: save.over ? overDays : days,
  });

  function acquire(code: string, roomId: string): Promise<number> {
    return acquireLease({
      incarnation: owner,
      now,
      wait,
      holder: () => rows.findMatch(ds, code),
      claim: () => rows.claimMatch(ds, { code, owner }, roomId, handed.has(code)),
      held: (epoch, sentAt) => leases.hold(code, epoch, sentAt),
      isClosed: () => closed,
      refusal: (holder) =>
        new RoomkeepError((holder as rows.MatchRow | null)?.over ? "MATCH_OVER" : "ROOM_OPEN"),
    });
  }

  /** Each join repeats it. */
  function tellSealed(code: string, cause: unknown): void {
    if (now() - (told.get(code) ?? Number.NEGATIVE_INFINITY) < LOG_AGAIN_MS) return;
    told.set(code, now());
    const reason = cause instanceof RoomkeepError ? cause.code : "SNAPSHOT_CORRUPT";
    const last = `set it aside, keeping its save: roomkeep matches quarantine set-aside ${code}`;
    const todo = [WHAT_TO_DO[reason], last].filter(Boolean).join("; or ");
    log.error({ code, reason, err: cause, todo }, "a match refuses to open; its save was left as it is");
  }

  async function load(code: string, open: (content: string) => void): Promise<void> {
    const snapshot = await answerWithin(rows.savedMatch(ds, code));
    try {
      if (snapshot) open(seal.open(snapshot).toString());
    } catch (cause) {
      tellSealed(code, cause);
      throw new RoomkeepError("MATCH_SEALED", undefined, { cause });
    }
  }

  async function write(claim: MatchClaim, save: MatchSave, giveUp: boolean): Promise<"saved" | "fenced"> {
    const { code, epoch } = claim;
    const sentAt = now();
    const saved = await pending.add(
      answerWithin(rows.saveMatch(ds, { code, owner, epoch }, sealed(save), giveUp)),
    );
    if (!saved) leases.lose(code, epoch, "a save was fenced");
    else if (giveUp) leases.drop(code, epoch);
    else leases.touch(code, epoch, sentAt);
    return saved ? "saved" : "fenced";
  }

  return {
    leases,
    retention: { sweep: rows.sweepMatches },
    async find(code) {
      return (await answerWithin(rows.findMatch(ds, code))) ?? undefined;
    },
    hasSeat: (code, accountId) => answerWithin(rows.hasSeat(ds, code, accountId)),
    listOf: (accountId) => answerWithin(rows.matchesOf(ds, accountId, LISTED_MAX)),
    async isKept(code) {
      return (await answerWithin(rows.findMatch(ds, code))) !== null;
    },
    async claim(code, { game, roomId, open }) {
      const found = await answerWithin(rows.findMatch(ds, code));
      if (found?.game !== game) return undefined;
      if (found.over && !handed.has(code)) throw new RoomkeepError("MATCH_OVER");
      const epoch = await acquire(code, roomId);
      const isHanded = handed.delete(code);
      try {
        if (!isHanded) await load(code, open);
        return { code, epoch };
      } catch (error) {
        leases.drop(code, epoch);
        await answerWithin(rows.freeMatch(ds, { code, owner, epoch })).catch(() => {}); // else it runs out
        throw error;
      }
    },
    async begin({ code, game, hidden }, save) {
      if (closed) throw new RoomkeepError("ROOM_CLOSED");
      const sentAt = now();
      const begun = rows.insertMatch(ds, { code, owner }, { game, hidden }, sealed(save));
      if (!(await pending.add(answerWithin(begun)))) throw new RoomkeepError("ROOM_OPEN");
      leases.hold(code, 1, sentAt);
      return { code, epoch: 1 };
    },
    async save(claim, save) {
      if (!leases.holds(claim.code, claim.epoch)) return "fenced";
      return write(claim, save, false);
    },
    async release(claim, save) {
      const { code, epoch } = claim;
      if (save !== undefined) return write(claim, save, true);
      leases.drop(code, epoch);
      const freed = await pending.add(answerWithin(rows.freeMatch(ds, { code, owner, epoch })));
      return freed ? "saved" : "fenced";
    },
    handOver: ({ code }) => void handed.add(code),
    onFenced: leases.onLost,
    async close() {
      if (closed) return;
      closed = true;
      await pending.settled();
      leases.stop();
      const left = await answerWithin(rows.freeMatches(ds, owner));
      if (left > 0) log.warn({ matches: left }, "matches were still claimed at the end; freed unsaved");
    },
  };
}
