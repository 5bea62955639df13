import type { MatchmakingEvent, MatchmakingServices } from "./api.ts";
import type { PenaltyRules } from "./match/penalties.ts";
import type { Queue } from "./match/queue.ts";
import { endLeases, takeLease } from "./rows/lease.ts";
import { lookAfterMatches, openMatchRoom, readUnopened } from "./rows/opening.ts";
import { proposeMatches, type ReadBlocks, writeMatches } from "./rows/pass.ts";
import { dropUnready } from "./rows/ready.ts";

/** What looking after queues needs. */
export interface LookingParts {
  readonly services: MatchmakingServices;
  readonly penalties: PenaltyRules;
  readonly readBlocks: ReadBlocks;
  count(event: MatchmakingEvent, by?: number): void;
  tell(accounts: Iterable<string>): void;
}

/** The part of a process that finds matches and opens their rooms. */
export interface Looking {
  /** Opens the room of a match for which all are ready. */
  open(queue: Queue, match: string): Promise<void>;
  /** Looks after all queues now. */
  look(): Promise<void>;
  readonly passes: { readonly seconds: number; readonly count: number };
}

/** Looks after the queues of a process every `passMs`, until it closes. */
export function openLooking({ services, penalties, readBlocks, count, tell }: LookingParts): Looking {
  const { db, transaction, log, settings, incarnation, onClose } = services;
  const { queues, passMs, joinS } = settings;
  const parts = { ...services, penalties };
  const passes = { seconds: 0, count: 0 };

  async function open(queue: Queue, match: string): Promise<void> {
    const told = await openMatchRoom(parts, queue, match);
    if (told.length > 0) count("open");
    tell(told);
  }

  async function pass(queue: Queue): Promise<void> {
    const lease = await takeLease(db, queue.name, incarnation);
    if (!lease) return;
    const late = await transaction((tx) => dropUnready(tx, queue.name, penalties));
    if (late.length > 0) count("late");
    tell(late);
    if (!lease.closed) {
      const proposed = await proposeMatches(db, queue, readBlocks);
      const { told, matches } = await transaction((tx) => writeMatches(tx, queue, incarnation, proposed));
      count("match", matches);
      tell(told);
    }
    for (const match of await readUnopened(db, queue.name)) await open(queue, match);
    tell(await lookAfterMatches(parts, queue, joinS));
  }

  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isClosed = false;
  async function passAll(): Promise<void> {
    const from = performance.now();
    for (const queue of queues) {
      if (isClosed) return;
      await pass(queue).catch((error: unknown) =>
        log.warn({ err: error, queue: queue.name }, "a queue was not matched; it is tried again"),
      );
    }
    passes.seconds += (performance.now() - from) / 1000;
    passes.count++;
  }
  const begin = () => {
    if (isClosed || queues.length === 0) return;
    timer = setTimeout(() => {
      running = passAll().finally(begin);
    }, passMs);
    timer.unref();
  };
  begin();
  onClose(async () => {
    isClosed = true;
    clearTimeout(timer);
    await running;
    await endLeases(db, incarnation).catch(() => {}); // they run out by themselves
  });

  return { open, look: passAll, passes };
}
