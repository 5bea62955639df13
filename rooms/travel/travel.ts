import type { IRoomCache } from "@colyseus/core";
import { type Avatar, CLOSE, type Portal, type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import type { Player } from "../player.ts";
import type { Origin } from "../ports/ports.ts";
import { noteTravel } from "../telemetry/join-outcomes.ts";
import { traced } from "../telemetry/tracing.ts";
import { carry } from "./carry.ts";
import { endWait, ticketOf } from "./departure.ts";
import { comeBack, freezeAll, stay } from "./leaving.ts";
import { asRefusal, type Goal, type JourneyEnd, knownGame, labelOf, portalAt, wayBack } from "./portal.ts";
import { findRoom } from "./room-finder.ts";
import { goTo } from "./seating.ts";
import { isHere, type TravelHost, tellTravel } from "./travel-host.ts";

/** The ways out of one room. Made by {@link openTravel}. */
export interface Travel<A extends Avatar> {
  /** Once a tick: sends on the players who have stepped into a portal. */
  watch(): void;
  /** Sends players on together. Settles when each has a seat there or the reason why not. */
  send(players: readonly Player<A>[], goal: Goal): Promise<void>;
  /**
   * Takes all players who can go over to the room that takes this one's place, each to where they stand: see
   * `carry.ts`.
   */
  carry(open: () => Promise<IRoomCache>): Promise<void>;
  /**
   * The end of a journey, as the room that the player was sent to reports it. A report with another ticket
   * than that of the hand-over is ignored.
   */
  ended(sessionId: string, ticket: string, end: JourneyEnd): void;
  /** Sends a player who dropped on the way and has returned the destination again. */
  remind(player: Player<A>): void;
  /**
   * The client reports that it cannot get there. With the session id of the seat, a report that comes late
   * changes nothing for a seat that was sent since.
   */
  cannot(player: Player<A>, seat?: string): Refusal | undefined;
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
    cannot(player, seat) {
      const { departure } = player;
      const isOfAnother =
        seat !== undefined && departure?.state.at === "following" && departure.state.seat.sessionId !== seat;
      if (!departure || ticketOf(departure) === undefined || isOfAnother)
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
  await traced(
    "roomkeep.travel",
    () => ({ game: knownGame(game), players: ready.length }),
    () => sendReady(host, ready, goal, { back, game }),
  );
}

async function sendReady<A extends Avatar>(
  host: TravelHost<A>,
  ready: readonly Player<A>[],
  goal: Goal,
  { back, game }: { back: Origin | undefined; game: string },
): Promise<void> {
  const [first] = ready;
  if (!first) return;
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
  noteTravel(knownGame(departure.game), "arrived");
  host.remove(sessionId);
  host.log.info({ player: sessionId, to: departure.game }, "player travelled on");
  player.hold?.reject(new Error("travelled"));
  player.client.leave(CLOSE.TRAVELLED, "travelled");
}
