import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import type { Booked, Claim, ItemPort } from "../ports/ports.ts";

/** Somebody who books. The claim is read when it is used: a journey that led nowhere gives another one. */
export interface Booking {
  readonly claim: Claim;
}

/** Bookings of a room's players: in order, each once, and never forgotten half way. */
export interface BookingQueue {
  /**
   * Books when all that was asked for the same characters before is answered. Of a request that was booked before, the
   * answer says so (`repeated`) and tells what is held now; one whose first answer never came is no repetition.
   * Without an answer of the database it is refused by DATABASE_UNAVAILABLE, and {@link BookingQueue.settle} finds out.
   *
   * @param insists asks again until there is an answer, as long as it is true
   */
  book(
    who: readonly Booking[],
    requestId: string,
    call: () => Promise<Booked | Refusal>,
    insists?: () => boolean,
  ): Promise<Booked | Refusal>;
  /** What a request that may not be asked now was answered before, or else why not. */
  recall(who: Booking, requestId: string, refusal: Refusal): Promise<Booked | Refusal>;
  /** Finds out what came of a request without an answer. Null: the database is away still. */
  settle(who: Booking, requestId: string): Promise<Booked | Refusal | null>;
}

/** Requests of one character that may wait; one more is refused. */
const WAITING_MAX = 16;
/** Wait between two tries of what the room insists on, ms. */
const AGAIN_MS = 500;

const away = (error: unknown) => error instanceof RoomkeepError && error.code === "DATABASE_UNAVAILABLE";
const unanswered = () =>
  refuse(
    "DATABASE_UNAVAILABLE",
    "The world's books are closed for a moment. Nothing has changed; try again.",
  );

/**
 * Opens the bookings of a room. Answers tell the whole bag, so those of one character must not overtake each other:
 * they are asked one after the other.
 */
export function openBookingQueue(items: () => ItemPort): BookingQueue {
  const turns = new Map<string, { last: Promise<unknown>; waiting: number }>();
  /** Requests that may have been booked, though nobody heard of it. */
  const doubts = new Set<string>();
  const idOf = ({ claim }: Booking) => claim.sheet.id;
  const keyOf = (who: Booking, requestId: string) => `${idOf(who)}:${requestId}`;

  function inTurn<T>(who: readonly Booking[], run: () => Promise<T>): Promise<T> {
    const mine = who.map((one) => {
      const turn = turns.get(idOf(one)) ?? { last: Promise.resolve(), waiting: 0 };
      turns.set(idOf(one), turn);
      return turn;
    });
    const done = Promise.all(mine.map(({ last }) => last)).then(run);
    const quiet = done.then(
      () => {},
      () => {},
    );
    for (const [i, turn] of mine.entries()) {
      turn.last = quiet;
      turn.waiting += 1;
      void quiet.then(() => {
        turn.waiting -= 1;
        const one = who[i];
        if (turn.waiting === 0 && one) turns.delete(idOf(one));
      });
    }
    return done;
  }

  /** The parts of an answer that are not theirs, with what they hold now. */
  async function now(who: readonly Booking[], booked: Booked): Promise<Booked> {
    const held = await Promise.all(who.map(({ claim }) => items().look(claim)));
    const ids = who.map(idOf);
    const others = booked.stacks.filter(({ container }) => !ids.includes(container.split(":")[1] ?? ""));
    return {
      ok: true,
      stacks: [...held.flatMap(({ stacks }) => stacks), ...others],
      coins: Object.assign({}, ...held.map(({ coins }) => coins)),
    };
  }

  async function once(
    who: readonly Booking[],
    key: string,
    call: () => Promise<Booked | Refusal>,
  ): Promise<Booked | Refusal> {
    try {
      const answer = await call();
      const unheard = doubts.delete(key);
      if (!answer.ok || !answer.repeated) return answer;
      const booked = await now(who, answer);
      return unheard ? booked : { ...booked, repeated: true };
    } catch (error) {
      if (!away(error)) throw error;
      doubts.add(key);
      return unanswered();
    }
  }

  return {
    async book(who, requestId, call, insists) {
      const [first] = who;
      if (!first) throw new TypeError("Somebody must book.");
      const crowded = who.some((one) => (turns.get(idOf(one))?.waiting ?? 0) >= WAITING_MAX);
      if (crowded && !insists) return refuse("RATE_LIMITED", "One thing after the other.");
      const key = keyOf(first, requestId);
      return inTurn(who, async () => {
        let answer = await once(who, key, call);
        while (!answer.ok && answer.code === "DATABASE_UNAVAILABLE" && insists?.()) {
          await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
          answer = await once(who, key, call);
        }
        return answer;
      });
    },
    recall(who, requestId, refusal) {
      return inTurn([who], async () => {
        try {
          const booked = await items().answered(who.claim, requestId);
          if (!booked) return refusal;
          return { ...(await now([who], booked)), repeated: true };
        } catch (error) {
          if (away(error)) return refusal;
          throw error;
        }
      });
    },
    settle(who, requestId) {
      const key = keyOf(who, requestId);
      return inTurn([who], async () => {
        if (!doubts.has(key)) return unanswered(); // it was asked again, and answered
        try {
          const booked = await items().answered(who.claim, requestId);
          const held = booked && (await now([who], booked));
          doubts.delete(key);
          return held ?? unanswered();
        } catch (error) {
          if (away(error)) return null;
          throw error;
        }
      });
    },
  };
}
