import type { Schema } from "@colyseus/schema";
import { isGameState, seatClassOf } from "../../shared/internal.ts";
import type { SeatsSave } from "../lobby/seats-save.ts";
import type { RoomPlayer } from "../player.ts";
import type { CharacterPort, Log } from "../ports/ports.ts";
import type { StableSerializer } from "../replication/stable-serializer.ts";
import type { Faults } from "../simulation/faults.ts";
import type { KeptActors } from "./hot-reload-actors.ts";
import { classesOf, fillFields, keepFields, type Lost, type StateClasses } from "./hot-reload-fields.ts";
import {
  type HotReloadSnapshot,
  keepPlayer,
  type Returning,
  returningPlayers,
} from "./hot-reload-snapshot.ts";

/** How fields are kept and given back: by these classes, and what cannot be is told of. */
export interface Carrying {
  readonly classes: StateClasses;
  readonly lost: Lost;
}

/** What a hot reload needs of a room. */
export interface HotReloadHost<P extends RoomPlayer> {
  readonly state: Schema;
  readonly players: Map<string, P>;
  readonly characters: CharacterPort;
  readonly wire: StableSerializer<Schema>;
  readonly faults: Faults;
  readonly log: Log;
  /** Fields of the state that are not handed over as such. */
  readonly notAsFields: readonly string[];
  /** Classes of what stands in the world. */
  living(): Iterable<object>;
  keepWorld(by: Carrying): KeptActors | undefined;
  restoreWorld(kept: HotReloadSnapshot, by: Carrying): void;
  /** Makes the record of a player who was in the room before. */
  bringBack(returning: Returning, kept: HotReloadSnapshot, by: Carrying): P;
  /** All actors and players are there. */
  resumeWorld(kept: HotReloadSnapshot): void;
  /** Seats, phases, lobby and bots. */
  keepSeats(): SeatsSave | undefined;
  restoreSeats(kept: SeatsSave): void;
  /** The game's own hooks. */
  keep(): unknown;
  restore(kept: unknown): void;
}

/** Takes what the next room needs of one that is about to be replaced; the state is of no use afterwards. */
export function takeHotReload<P extends RoomPlayer>(host: HotReloadHost<P>): HotReloadSnapshot {
  const { state, players, wire } = host;
  const by = { classes: classesOf(state, [...host.living(), ...seatClasses(state)]), lost: lostBy(host) };
  const snapshot: HotReloadSnapshot = {
    world: host.keepWorld(by),
    state: keepFields(state, by.classes, by.lost, host.notAsFields),
    players: [...players.values()].map(keepPlayer),
    wire: wire.keepWire(),
    seats: host.keepSeats(),
    game: host.keep(),
  };
  // Colyseus's own copy would come back as other classes, under numbers that clients know as something else.
  Object.defineProperty(state, "toJSON", { value: () => ({}) });
  return snapshot;
}

/**
 * Makes a new room what the one before it was.
 *
 * @returns false: the state has other classes now, which clients that stayed connected would misread
 */
export function restoreHotReload<P extends RoomPlayer>(
  host: HotReloadHost<P>,
  kept: HotReloadSnapshot,
): boolean {
  const { state, players, characters, wire, faults, log } = host;
  const by = { classes: classesOf(state, seatClasses(state)), lost: lostBy(host) };
  fillFields(state, kept.state, by.classes, by.lost);
  host.restoreWorld(kept, by);
  for (const returning of returningPlayers(kept, characters)) {
    const { address, signInId, stats, statsChanged } = returning.was;
    const player = Object.assign(host.bringBack(returning, kept, by), {
      address,
      signInId,
      stats,
      statsChanged,
    });
    players.set(player.sessionId, player);
  }
  faults.attempt("hot reload", () => host.resumeWorld(kept));
  const { seats } = kept;
  if (seats) faults.attempt("hot reload", () => host.restoreSeats(seats));
  const isReadable = wire.adoptWire(state, kept.wire);
  faults.attempt("onRestore", () => host.restore(kept.game));
  log.info({ players: players.size }, "room took over after an edit");
  return isReadable;
}

/** Two loads of a game, or two games, may have seats of one name. */
const seatClasses = (state: Schema) => (isGameState(state) ? [seatClassOf(state)] : []);

const lostBy =
  ({ log }: Pick<HotReloadHost<RoomPlayer>, "log">): Lost =>
  (field, err) =>
    log.warn({ field, err }, "a field does not outlive the edit");
