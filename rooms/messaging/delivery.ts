import { setTimeout as sleep } from "node:timers/promises";
import { matchMaker, type Presence } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";
import { type DeliveryOutcome, withTimeout } from "../../shared/internal.ts";

/** Pause before the second attempt, for somebody who is just changing rooms, ms. */
const AGAIN_MS = 250;
/** Longest wait for Redis, ms: its client waits without end while it is away. */
const LOOK_UP_MS = 2_000;
/** Longest wait for the answer of a room, ms. */
const ANSWER_MS = 3_000;

/** A call of the rooms that somebody is in, in whichever process. */
export interface Delivery {
  readonly presence: Presence;
  /**
   * Key of a set in the presence with an entry for each room: it begins with the room's id and a space. A
   * set, because who changes rooms is added by the next room before the former one removes its entry.
   */
  readonly places: string;
  /** Method of the room, called by name through Colyseus. It answers true when it has taken the message. */
  readonly method: "takeLetter" | "tellAccount";
  readonly args: readonly unknown[];
  /** True: every room is called; false: the first one that takes the message is the last one. */
  readonly everywhere: boolean;
}

/**
 * Calls the rooms that somebody is in. A room is called once and never again, so that a message arrives at
 * most once. Entries of rooms that are gone are removed.
 *
 * @returns "offline": no room has taken it; "unknown": a room did not answer, and may have taken it
 * @throws REDIS_UNAVAILABLE nothing was delivered
 */
export async function deliver(delivery: Delivery): Promise<DeliveryOutcome> {
  const first = await deliverOnce(delivery);
  if (first !== "offline") return first;
  // No room took it: the reader may be in another one after the pause.
  await sleep(AGAIN_MS);
  return deliverOnce(delivery);
}

async function deliverOnce(delivery: Delivery): Promise<DeliveryOutcome> {
  const { presence, places, everywhere } = delivery;
  let outcome: DeliveryOutcome = "offline";
  for (const place of [...(await withinLookUp(presence.smembers(places)))]) {
    const answer = await deliverTo(place, delivery);
    if (answer === "nowhere") await withinLookUp(presence.srem(places, place));
    else if (answer !== "offline" && !everywhere) return answer;
    else if (answer === "delivered" || outcome === "offline") outcome = answer;
  }
  return outcome;
}

/** "nowhere": the room no longer exists, as after a kill. */
async function deliverTo(place: string, { method, args }: Delivery): Promise<DeliveryOutcome | "nowhere"> {
  const [roomId = ""] = place.split(" ");
  const isHere = matchMaker.getLocalRoomById(roomId) !== undefined;
  if (!isHere && !(await withinLookUp(matchMaker.driver.findOne({ roomId })))) return "nowhere";
  const call = matchMaker.remoteRoomCall(roomId, method as never, [...args]) as Promise<unknown>;
  // It may have arrived before the answer was lost.
  return withTimeout(ANSWER_MS, call).then(
    (taken) => (taken ? "delivered" : "offline"),
    () => "unknown",
  );
}

/** @throws REDIS_UNAVAILABLE no answer in time, or none at all */
export async function withinLookUp<T>(answer: T | Promise<T>): Promise<T> {
  try {
    return await withTimeout(LOOK_UP_MS, Promise.resolve(answer));
  } catch (cause) {
    throw new RoomkeepError("REDIS_UNAVAILABLE", undefined, { cause });
  }
}
