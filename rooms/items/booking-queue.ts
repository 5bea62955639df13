import { setTimeout as sleep } from "node:timers/promises";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import { keyedQueue } from "../../shared/internal.ts";
import type { Booked, Claim, ItemPort } from "../ports/ports.ts";

/** A player who books. The claim is read when it is used: a hand-over that failed leaves another one. */
export interface Booker {
  readonly claim: Claim;
}

/** Bookings of a room's players: idempotent, and in order for each character. */
export interface BookingQueue {
  /**
   * Books after all earlier bookings of the same characters. The answer to a request that was booked before
   * is marked `repeated` and holds today's stacks and coins. Where the first answer was lost, the next one
   * counts as the first. While the database is away the request is refused by DATABASE_UNAVAILABLE; {@link
   * BookingQueue.resolve} finds out later whether it was booked.
   *
   * @param retryWhile books again until the database answers, as long as it returns true
   */
  book(
    bookers: readonly Booker[],
    requestId: string,
    call: () => Promise<Booked | Refusal>,
    retryWhile?: () => boolean,
  ): Promise<Booked | Refusal>;
  /** The answer that a request got before. A request that was never booked gets `refusal`. */
  replay(booker: Booker, requestId: string, refusal: Refusal): Promise<Booked | Refusal>;
  /** The outcome of a request whose answer was lost. Null: the database is still away. */
  resolve(booker: Booker, requestId: string): Promise<Booked | Refusal | null>;
}

/** Most requests of one character that wait; one more is refused. */
const WAITING_MAX = 16;
/** Pause between two attempts of a booking that is repeated, ms. */
const RETRY_MS = 500;

const isAway = (error: unknown) => error instanceof RoomkeepError && error.code === "DATABASE_UNAVAILABLE";
const unavailable = () =>
  refuse(
    "DATABASE_UNAVAILABLE",
    "The world's books are closed for a moment. Nothing has changed; try again.",
  );
const idOf = ({ claim }: Booker) => claim.sheet.id;
const keyOf = (booker: Booker, requestId: string) => `${idOf(booker)}:${requestId}`;

/**
 * Opens the bookings of a room. An answer holds the whole bag, so answers of one character must not overtake
 * each other: its requests are booked one after the other.
 */
export function openBookingQueue(items: () => ItemPort): BookingQueue {
  const queue = keyedQueue<string>();
  /** Requests that may have been booked, though their answer was lost. */
  const unresolved = new Set<string>();

  async function bookOnce(
    bookers: readonly Booker[],
    key: string,
    call: () => Promise<Booked | Refusal>,
  ): Promise<Booked | Refusal> {
    try {
      const answer = await call();
      const wasLost = unresolved.delete(key);
      if (!answer.ok || !answer.repeated) return answer;
      const booked = await refresh(items(), bookers, answer);
      return wasLost ? booked : { ...booked, repeated: true };
    } catch (error) {
      if (!isAway(error)) throw error;
      unresolved.add(key);
      return unavailable();
    }
  }

  return {
    async book(bookers, requestId, call, retryWhile) {
      const [first] = bookers;
      if (!first) throw new TypeError("A booking needs a character.");
      const isFull = bookers.some((booker) => queue.sizeOf(idOf(booker)) >= WAITING_MAX);
      if (isFull && !retryWhile) return refuse("RATE_LIMITED", "One thing after the other.");
      const key = keyOf(first, requestId);
      return queue.run(bookers.map(idOf), async () => {
        let answer = await bookOnce(bookers, key, call);
        while (!answer.ok && answer.code === "DATABASE_UNAVAILABLE" && retryWhile?.()) {
          await sleep(RETRY_MS);
          answer = await bookOnce(bookers, key, call);
        }
        return answer;
      });
    },
    replay(booker, requestId, refusal) {
      return queue.run([idOf(booker)], async () => {
        try {
          const booked = await items().answered(booker.claim, requestId);
          if (!booked) return refusal;
          return { ...(await refresh(items(), [booker], booked)), repeated: true };
        } catch (error) {
          if (isAway(error)) return refusal;
          throw error;
        }
      });
    },
    resolve(booker, requestId) {
      const key = keyOf(booker, requestId);
      return queue.run([idOf(booker)], async () => {
        if (!unresolved.has(key)) return unavailable(); // a repetition got the answer meanwhile
        try {
          const booked = await items().answered(booker.claim, requestId);
          const refreshed = booked && (await refresh(items(), [booker], booked));
          unresolved.delete(key);
          return refreshed ?? unavailable();
        } catch (error) {
          if (isAway(error)) return null;
          throw error;
        }
      });
    },
  };
}

/** An earlier answer with the characters' stacks and coins of today; other containers stay as they were. */
async function refresh(items: ItemPort, bookers: readonly Booker[], booked: Booked): Promise<Booked> {
  const current = await Promise.all(bookers.map(({ claim }) => items.look(claim)));
  const ids = bookers.map(idOf);
  const others = booked.stacks.filter(({ container }) => !ids.includes(container.split(":")[1] ?? ""));
  return {
    ok: true,
    stacks: [...current.flatMap(({ stacks }) => stacks), ...others],
    coins: Object.assign({}, ...current.map(({ coins }) => coins)),
  };
}
