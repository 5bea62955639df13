import { generateId, type IRoomCache, matchMaker, type Presence } from "@colyseus/core";
import {
  type Avatar,
  CLOSE,
  type Level,
  type Portal,
  type Refusal,
  RoomkeepError,
  refuse,
  type SeatReservation,
  type TravelMessage,
} from "../../shared/index.ts";
import { captureState, placeOf, releaseCharacter } from "../persistence/character-saves.ts";
import type { Player } from "../player.ts";
import type { CharacterPort, Identity, Journey, Log, Origin } from "../ports/ports.ts";
import { type Departure, handOver, takeBack } from "./hand-over.ts";
import { asRefusal, type Goal, type JourneyEnd, labelOf, portalAt, wayBack } from "./portal.ts";
import { type Destination, findRoom } from "./room-finder.ts";

/**
 * Longest time, ms, that those who go together wait for one whose hand-over hangs. Their own tickets are good for ten
 * seconds: what is left is for the way.
 */
const HAND_OVER_MAX_MS = 4_000;
/** How many are carried over together, and after how long, ms, the next go even if one of them hangs. */
const CARRY_AT_ONCE = 10;
const CARRY_NEXT_MS = 250;

/** Who stays behind when others go, and why. */
export interface Behind {
  readonly name: string;
  readonly refusal: Refusal;
}

/** Journeys out of one room. Made by {@link openTravel}. */
export interface Travel<A extends Avatar> {
  /** Once a tick: sends on who has stepped into a portal. */
  watch(): void;
  /** Sends players on together. Settles when each has a seat there or the reason why not. */
  send(players: readonly Player<A>[], goal: Goal): Promise<void>;
  /** Takes everybody who can go over to the room that takes this one's place, each to where they stand. */
  carry(open: () => Promise<IRoomCache>): Promise<void>;
  /** The room that a player was sent to says how it ended. Anything but the ticket of the journey is ignored. */
  ended(sessionId: string, ticket: string, end: JourneyEnd): void;
  /** Tells a player who dropped on the way and has returned where to go. */
  remind(player: Player<A>): void;
  /** The client says that it cannot get there. */
  cannot(player: Player<A>): Refusal | undefined;
}

/** What travel needs of its room. */
export interface TravelHost<A extends Avatar> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly level: Level;
  readonly zone: string | undefined;
  readonly roomId: string;
  readonly roomName: string;
  readonly presence: Presence;
  readonly characters: CharacterPort;
  readonly log: Log;
  /** Longest wait for an arrival, ms. */
  readonly waitMs: number;
  /** Takes a player out of the room; saves nothing. */
  remove(sessionId: string): void;
  /** Who goes along when a player goes, and who of the party cannot. */
  companions(player: Player<A>): { along: Player<A>[]; behind: Behind[] };
  /** Whom an instance is for that the player opens. */
  instanceKey(player: Player<A>): string;
}

/** What a traveller's seat says of the arrival. */
type Arrive = (player: Player) => Omit<Journey, "ticket" | "from">;

/** The seat that was kept for a traveller who does not come. */
async function freeSeat({ roomId, sessionId }: SeatReservation): Promise<void> {
  await matchMaker.remoteRoomCall(roomId, "freeSeat" as never, [sessionId]).catch(() => {
    // The room has closed, and its seats with it.
  });
}

/** Opens the ways out of a room. */
export function openTravel<A extends Avatar>(host: TravelHost<A>): Travel<A> {
  const { characters, log } = host;
  const isHere = (player: Player<A>) => host.players.get(player.sessionId) === player;
  const tell = (player: Player<A>, message: TravelMessage) => player.client.send("travel", message);

  function stay(player: Player<A>, { code, reason }: Refusal): void {
    const to = player.departure?.to ?? "";
    clearTimeout(player.departure?.late);
    player.departure = undefined;
    log.info({ player: player.sessionId, to, code }, "player did not travel");
    tell(player, { phase: "stayed", to, code, reason });
  }

  /** From the frozen avatar to the ticket. False: stays, or takes too long for the others to wait. */
  async function depart(player: Player<A>, departure: Departure, room: IRoomCache): Promise<boolean> {
    const handing = hand(player, departure, room);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((done) => {
      timer = setTimeout(done, HAND_OVER_MAX_MS, "late");
    });
    const gone = await Promise.race([handing, late]);
    clearTimeout(timer);
    if (gone !== "late") return gone;
    log.warn({ player: player.sessionId }, "a hand-over hangs; the others go on");
    // Should it come through after all, there is no seat that it was for.
    void handing.then((handed) => {
      if (handed) void comeBack(player, departure, refuse("TRAVEL_LATE"), false);
    });
    return false;
  }

  async function hand(player: Player<A>, departure: Departure, room: IRoomCache): Promise<boolean> {
    if (!isHere(player)) return false;
    const state = captureState(player, host.zone);
    departure.handing = true;
    try {
      const ticket = await handOver(characters, player.claim, state, room);
      if (ticket === null) {
        // Somebody else has the character: this copy is worth nothing.
        lose(player);
        return false;
      }
      departure.ticket = ticket;
    } catch (error) {
      departure.handing = false;
      log.warn({ err: error, player: player.sessionId }, "a character could not be handed over");
      if (isHere(player)) stay(player, asRefusal(error));
      else await releaseCharacter(characters, player, state, log);
      return false;
    }
    if (isHere(player)) return true;
    void comeBack(player, departure, refuse("TRAVEL_LATE"), false);
    return false;
  }

  /** Takes the character back and lets the player go on where they stood. */
  async function comeBack(
    player: Player<A>,
    departure: Departure,
    why: Refusal,
    free: boolean,
  ): Promise<void> {
    const { ticket } = departure;
    if (ticket === undefined || departure.returning) return;
    departure.returning = true;
    clearTimeout(departure.late);
    if (departure.seat) void freeSeat(departure.seat);
    const claim = await takeBack(characters, player.claim.sheet.id, ticket, host.roomId, free).catch(
      (error) => {
        log.error({ err: error, player: player.sessionId }, "a character could not be taken back");
        return null;
      },
    );
    if (claim === null) return lose(player);
    if (!isHere(player)) return void (await characters.abandon(claim).catch(() => {}));
    player.claim = claim;
    // What happened to them meanwhile is kept by the next save.
    player.statsChanged = true;
    stay(player, why);
  }

  /** The character is elsewhere, or will be free by itself: this copy goes. */
  function lose(player: Player<A>): void {
    if (!isHere(player)) return;
    host.remove(player.sessionId);
    player.hold?.reject(new Error("travel"));
    player.client.leave(CLOSE.FENCED, "the way back was lost");
  }

  function origin(player: Player<A>): Origin {
    return { game: host.roomName, roomId: host.roomId, place: placeOf(player) };
  }

  function seatOf(player: Player<A>, departure: Departure, arrive: Arrive) {
    const { id: characterId, accountId } = player.claim.sheet;
    const journey: Journey = {
      ticket: departure.ticket ?? "",
      from: { ...origin(player), sessionId: player.sessionId },
      ...arrive(player),
    };
    const { role, address } = player;
    const auth: Identity = { accountId, characterId, role, address, journey };
    return { sessionId: generateId(), options: {}, auth };
  }

  async function send(players: readonly Player<A>[], goal: Goal): Promise<void> {
    const [first] = players;
    const ready = players.filter((player) => isHere(player) && !player.departure && !player.hold);
    if (!first || ready.length === 0) return;
    const back = wayBack(first, goal);
    const game = back?.game ?? goal.to;
    const frozen = freeze(ready, game);
    let room: IRoomCache;
    try {
      if (goal.to === "back" && !back) throw new RoomkeepError("PORTAL_UNKNOWN", "There is no way back.");
      const to: Destination = {
        game,
        roomId: back?.roomId ?? goal.roomId,
        key: host.instanceKey(first),
        seats: ready.length,
      };
      room = await findRoom(host.presence, to);
    } catch (error) {
      log.warn({ err: error, to: game }, "a way could not be opened");
      for (const [player] of frozen) if (isHere(player)) stay(player, asRefusal(error));
      return;
    }
    const at = back?.place;
    await goTo(frozen, room, () => (at ? { at } : goal.spawn !== undefined ? { spawn: goal.spawn } : {}));
  }

  async function goTo(frozen: [Player<A>, Departure][], room: IRoomCache, arrive: Arrive): Promise<void> {
    const gone = await Promise.all(frozen.map(([player, departure]) => depart(player, departure, room)));
    const away = frozen.filter((_, index) => gone[index]);
    if (away.length > 0) await seat(away, room, arrive);
  }

  async function carry(open: () => Promise<IRoomCache>): Promise<void> {
    const ready = [...host.players.values()].filter((player) => !player.departure && !player.hold);
    const frozen = freeze(ready, host.roomName);
    const room = await open();
    const arrive: Arrive = (player) => ({
      at: placeOf(player),
      carried: true,
      ...(player.origin && { origin: player.origin }),
    });
    // Some after the others: those who go first arrive while the next are handed over.
    const going: Promise<void>[] = [];
    for (let from = 0; from < frozen.length; from += CARRY_AT_ONCE) {
      const some = goTo(frozen.slice(from, from + CARRY_AT_ONCE), room, arrive);
      going.push(some);
      await Promise.race([some, new Promise((done) => setTimeout(done, CARRY_NEXT_MS))]);
    }
    await Promise.all(going);
  }

  function freeze(players: readonly Player<A>[], game: string): [Player<A>, Departure][] {
    const to = labelOf(game);
    return players.map((player) => {
      const departure: Departure = {
        game,
        to,
        handing: false,
        ticket: undefined,
        seat: undefined,
        returning: false,
        late: undefined,
      };
      player.departure = departure;
      tell(player, { phase: "leaving", to });
      return [player, departure];
    });
  }

  /** From the tickets to the seats that the clients are sent to. */
  async function seat(away: [Player<A>, Departure][], room: IRoomCache, arrive: Arrive): Promise<void> {
    const seats = away.map(([player, departure]) => seatOf(player, departure, arrive));
    const granted = await matchMaker.reserveMultipleSeatsFor(room, seats).catch((error) => {
      log.warn({ err: error, roomId: room.roomId }, "no seats could be reserved");
      return seats.map(() => false);
    });
    for (const [index, [player, departure]] of away.entries()) {
      const sessionId = seats[index]?.sessionId;
      if (!granted[index] || sessionId === undefined) {
        void comeBack(player, departure, refuse("ROOM_FULL", `${departure.to} is full.`), false);
        continue;
      }
      departure.late = setTimeout(
        () => void comeBack(player, departure, refuse("TRAVEL_LATE"), false),
        host.waitMs,
      );
      departure.seat = matchMaker.buildSeatReservation(room, sessionId) as SeatReservation;
      if (isHere(player)) tell(player, { phase: "go", to: departure.to, seat: departure.seat });
    }
  }

  function stepInto(player: Player<A>, portal: Portal): void {
    const { along, behind } = host.companions(player);
    if (behind.length > 0) {
      const members = behind.map(({ name, refusal: { code, reason } }) => ({ name, code, reason }));
      player.client.send("party.behind", { to: labelOf(portal.to), members });
    }
    for (const other of along) other.portal = portalAt(host.level, other.avatar) ?? other.portal;
    send([player, ...along], portal).catch((error) =>
      log.error({ err: error, to: portal.to }, "travel broke off"),
    );
  }

  return {
    send,
    carry,
    watch() {
      if (host.level.portals.length === 0) return;
      for (const player of host.players.values()) {
        if (player.departure || player.hold) continue;
        const portal = portalAt(host.level, player.avatar);
        if (portal === player.portal) continue;
        player.portal = portal;
        if (portal) stepInto(player, portal);
      }
    },
    ended(sessionId, ticket, end) {
      const player = host.players.get(sessionId);
      const departure = player?.departure;
      if (!player || !departure || departure.ticket !== ticket) return;
      if (end.how === "refused") {
        void comeBack(player, departure, refuse(end.code), true);
        return;
      }
      clearTimeout(departure.late);
      host.remove(sessionId);
      log.info({ player: sessionId, to: departure.game }, "player travelled on");
      player.hold?.reject(new Error("travelled"));
      player.client.leave(CLOSE.TRAVELLED, "travelled");
    },
    remind(player) {
      const { departure } = player;
      if (!departure) return;
      tell(player, { phase: "leaving", to: departure.to });
      if (departure.seat && !departure.returning) {
        tell(player, { phase: "go", to: departure.to, seat: departure.seat });
      }
    },
    cannot(player) {
      const { departure } = player;
      if (departure?.ticket === undefined) return refuse("ACTION_REFUSED", "You are on no journey.");
      void comeBack(player, departure, refuse("TRAVEL_LATE"), false);
      return undefined;
    },
  };
}
