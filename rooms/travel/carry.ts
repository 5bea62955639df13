import { setTimeout as sleep } from "node:timers/promises";
import type { IRoomCache } from "@colyseus/core";
import type { Avatar } from "../../shared/index.ts";
import { placeOf } from "../persistence/character-saves.ts";
import type { Player } from "../player.ts";
import { type Departure, ticketOf } from "./departure.ts";
import { freezeAll } from "./leaving.ts";
import { goTo } from "./seating.ts";
import type { Arrive, TravelHost, Traveller } from "./travel-host.ts";

/** Players handed over in one call. */
const GROUP = 10;
/**
 * Players who are on the way at a time: the next go when somebody has arrived. On a machine that is busy with
 * their arrivals more of them would all be late.
 */
const ON_THE_WAY_MAX = 20;
/** Longest wait, ms, for one who was handed over: a ticket is good for ten seconds. */
const WAIT_MS = 8_000;
/** How often a player who was taken back is handed over. */
const TRIES_MAX = 3;
/** Time, ms, after which those who are left all go at once, and after which nobody is waited for. */
const HURRY_MS = 12_000;
const CARRY_MAX_MS = 18_000;
const LOOK_MS = 50;

/**
 * Takes all players of a room over to the one that takes its place, each to where they stand. Settles when
 * all have gone, or nobody is waited for any more: those who stayed are saved when the room closes, and those
 * on the way arrive by their tickets.
 *
 * @param open opens the room that takes its place
 */
export async function carry<A extends Avatar>(
  host: TravelHost<A>,
  open: () => Promise<IRoomCache>,
): Promise<void> {
  const { players } = host;
  const startedAt = performance.now();
  const tries = new Map<Player<A>, number>();
  /** Players whose hand-over is under way: they have no seat yet. */
  const going = new Set<Player<A>>();
  /** Departures that were begun here: of the others a portal is in charge. */
  const own = new Set<Departure>();
  const freeze = (some: readonly Player<A>[]) => {
    const frozen = freezeAll(some, host.roomName);
    for (const { departure } of frozen) own.add(departure);
    return frozen;
  };
  freeze([...players.values()].filter(({ departure, hold }) => !departure && !hold));
  const room = await open();
  const carrying = { ...host, waitMs: () => WAIT_MS };

  const passed = () => performance.now() - startedAt;
  const isOnTheWay = (player: Player<A>) => going.has(player) || ticketOf(player.departure) !== undefined;
  /** Neither gone nor on the way. One whose hand-over hangs has no ticket, and is not waited for. */
  const isWaiting = (player: Player<A>) => {
    const { departure, hold } = player;
    if (hold || going.has(player) || (tries.get(player) ?? 0) >= TRIES_MAX) return false;
    return departure === undefined || (own.has(departure) && departure.state.at === "frozen");
  };

  function send(group: readonly Player<A>[]): void {
    for (const player of group) {
      tries.set(player, (tries.get(player) ?? 0) + 1);
      going.add(player);
    }
    goTo(carrying, group.map(asTraveller), room, arriveCarried)
      .catch((error) => host.log.error({ err: error }, "players could not be carried over"))
      .finally(() => {
        for (const player of group) going.delete(player);
      });
  }
  const asTraveller = (player: Player<A>): Traveller<A> => {
    const { departure } = player;
    return departure ? { player, departure } : (freeze([player])[0] as Traveller<A>);
  };

  while (passed() < CARRY_MAX_MS) {
    const here = [...players.values()];
    const waiting = here.filter(isWaiting);
    const onTheWay = here.filter(isOnTheWay).length;
    if (waiting.length + onTheWay === 0) return;
    const free = passed() < HURRY_MS ? ON_THE_WAY_MAX - onTheWay : waiting.length;
    for (let from = 0; from < Math.min(free, waiting.length); from += GROUP)
      send(waiting.slice(from, Math.min(from + GROUP, free)));
    await sleep(LOOK_MS);
  }
}

const arriveCarried: Arrive = (player) => ({
  at: placeOf(player),
  carried: true,
  ...(player.origin && { origin: player.origin }),
});
