import { setTimeout as sleep } from "node:timers/promises";
import type { IRoomCache } from "@colyseus/core";
import { type Avatar, CLOSE, type Portal, type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import { endsWithin } from "../../shared/internal.ts";
import { placeOf } from "../persistence/character-saves.ts";
import type { Player } from "../player.ts";
import type { Origin } from "../ports/ports.ts";
import { endWait, freeze, ticketOf } from "./departure.ts";
import { comeBack, depart, stay } from "./leaving.ts";
import { asRefusal, type Goal, type JourneyEnd, labelOf, portalAt, wayBack } from "./portal.ts";
import { findRoom } from "./room-finder.ts";
import { seat } from "./seating.ts";
import { type Arrive, isHere, type TravelHost, type Traveller, tellTravel } from "./travel-host.ts";

/** Players carried over at once, and the time, ms, after which the next go even if one of them hangs. */
const CARRY_AT_ONCE = 10;
const CARRY_NEXT_MS = 250;
/** Longest wait, ms, for players who were carried over: the wait for a traveller, and a little. */
const CARRY_MAX_MS = 9_000;
const CARRY_LOOK_MS = 50;

/** The ways out of one room. Made by {@link openTravel}. */
export interface Travel<A extends Avatar> {
  /** Once a tick: sends on the players who have stepped into a portal. */
  watch(): void;
  /** Sends players on together. Settles when each has a seat there or the reason why not. */
  send(players: readonly Player<A>[], goal: Goal): Promise<void>;
  /**
   * Takes all players who can go over to the room that takes this one's place, each to where they stand.
   * Settles when all have gone, or after the longest wait for an arrival.
   */
  carry(open: () => Promise<IRoomCache>): Promise<void>;
  /**
   * The end of a journey, as the room that the player was sent to reports it. A report with another ticket
   * than that of the hand-over is ignored.
   */
  ended(sessionId: string, ticket: string, end: JourneyEnd): void;
  /** Sends a player who dropped on the way and has returned the destination again. */
  remind(player: Player<A>): void;
  /** The client reports that it cannot get there. */
  cannot(player: Player<A>): Refusal | undefined;
}

/** Opens the ways out of a room. */
export function openTravel<A extends Avatar>(host: TravelHost<A>): Travel<A> {
  return {
    watch: () => watch(host),
    send: (players, goal) => send(host, players, goal),
    carry: (open) => carry(host, open),
    ended: (sessionId, ticket, end) => ended(host, sessionId, ticket, end),
    remind(player) {
      const { departure } = player;
      if (!departure) return;
      const { to, state } = departure;
      tellTravel(player, { phase: "leaving", to });
      if (state.at === "following") tellTravel(player, { phase: "go", to, seat: state.seat });
    },
    cannot(player) {
      const { departure } = player;
      if (!departure || ticketOf(departure) === undefined)
        return refuse("ACTION_REFUSED", "You are on no journey.");
      void comeBack(host, { player, departure }, refuse("TRAVEL_LATE"));
      return undefined;
    },
  };
}

async function send<A extends Avatar>(
  host: TravelHost<A>,
  players: readonly Player<A>[],
  goal: Goal,
): Promise<void> {
  const [first] = players;
  const ready = players.filter((player) => isHere(host, player) && !player.departure && !player.hold);
  if (!first || ready.length === 0) return;
  const back = wayBack(first, goal);
  const game = back?.game ?? goal.to;
  const frozen = freezeAll(ready, game);
  const room = await find(host, first, goal, { back, seats: ready.length }).catch((error) => {
    host.log.warn({ err: error, to: game }, "a way could not be opened");
    for (const { player } of frozen) if (isHere(host, player)) stay(host, player, asRefusal(error));
    return undefined;
  });
  const at = back?.place;
  const arrive = () => (at ? { at } : goal.spawn !== undefined ? { spawn: goal.spawn } : {});
  if (room) await goTo(host, frozen, room, arrive);
}

async function find<A extends Avatar>(
  host: TravelHost<A>,
  first: Player<A>,
  goal: Goal,
  { back, seats }: { back: Origin | undefined; seats: number },
): Promise<IRoomCache> {
  if (goal.to === "back" && !back) throw new RoomkeepError("PORTAL_UNKNOWN", "There is no way back.");
  return findRoom(host.presence, {
    game: back?.game ?? goal.to,
    roomId: back?.roomId ?? goal.roomId,
    key: host.instanceKey(first),
    seats,
  });
}

async function carry<A extends Avatar>(host: TravelHost<A>, open: () => Promise<IRoomCache>): Promise<void> {
  const ready = [...host.players.values()].filter((player) => !player.departure && !player.hold);
  const frozen = freezeAll(ready, host.roomName);
  const room = await open();
  const arrive: Arrive = (player) => ({
    at: placeOf(player),
    carried: true,
    ...(player.origin && { origin: player.origin }),
  });
  // In groups: the first ones arrive while the next are handed over.
  const going: Promise<void>[] = [];
  for (let from = 0; from < frozen.length; from += CARRY_AT_ONCE) {
    const some = goTo(host, frozen.slice(from, from + CARRY_AT_ONCE), room, arrive);
    going.push(some);
    await endsWithin(CARRY_NEXT_MS, some);
  }
  await Promise.all(going);
  await allGone(host);
}

/** Does not wait for players whose hand-over hangs: they have no ticket to go with. */
async function allGone<A extends Avatar>({ players }: TravelHost<A>): Promise<void> {
  const until = performance.now() + CARRY_MAX_MS;
  const onTheWay = () => [...players.values()].some(({ departure }) => ticketOf(departure) !== undefined);
  while (onTheWay() && performance.now() < until) await sleep(CARRY_LOOK_MS);
}

function freezeAll<A extends Avatar>(players: readonly Player<A>[], game: string): Traveller<A>[] {
  const to = labelOf(game);
  return players.map((player) => {
    const departure = freeze(game, to);
    player.departure = departure;
    tellTravel(player, { phase: "leaving", to });
    return { player, departure };
  });
}

async function goTo<A extends Avatar>(
  host: TravelHost<A>,
  frozen: readonly Traveller<A>[],
  room: IRoomCache,
  arrive: Arrive,
): Promise<void> {
  const gone = await Promise.all(frozen.map((traveller) => depart(host, traveller, room)));
  const away = frozen.filter((_, index) => gone[index]);
  if (away.length > 0) await seat(host, away, room, arrive);
}

function watch<A extends Avatar>(host: TravelHost<A>): void {
  const level = host.level();
  if (level.portals.length === 0) return;
  for (const player of host.players.values()) {
    if (player.departure || player.hold) continue;
    const portal = portalAt(level, player.avatar);
    if (portal === player.portal) continue;
    player.portal = portal;
    if (portal) stepInto(host, player, portal);
  }
}

function stepInto<A extends Avatar>(host: TravelHost<A>, player: Player<A>, portal: Portal): void {
  const { along, behind } = host.companions(player);
  if (behind.length > 0) {
    const members = behind.map(({ name, refusal: { code, reason } }) => ({ name, code, reason }));
    player.client.send("party.behind", { to: labelOf(portal.to), members });
  }
  for (const other of along) other.portal = portalAt(host.level(), other.avatar) ?? other.portal;
  send(host, [player, ...along], portal).catch((error) =>
    host.log.error({ err: error, to: portal.to }, "travel broke off"),
  );
}

function ended<A extends Avatar>(
  host: TravelHost<A>,
  sessionId: string,
  ticket: string,
  end: JourneyEnd,
): void {
  const player = host.players.get(sessionId);
  const departure = player?.departure;
  if (!player || !departure || ticketOf(departure) !== ticket) return;
  if (end.how === "refused") {
    void comeBack(host, { player, departure }, refuse(end.code), { isFree: true });
    return;
  }
  endWait(departure);
  host.remove(sessionId);
  host.log.info({ player: sessionId, to: departure.game }, "player travelled on");
  player.hold?.reject(new Error("travelled"));
  player.client.leave(CLOSE.TRAVELLED, "travelled");
}
