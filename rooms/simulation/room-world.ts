import type { Client, Rewind } from "@colyseus/core";
import {
  type Avatar,
  Carrier,
  type GameEvent,
  type Level,
  type WalkInput,
  type WorldState,
} from "../../shared/index.ts";
import {
  canonicalJson,
  type DispatchedKind,
  fnv1a64,
  isFinitePose,
  roomMessages,
  type SchemaClass,
} from "../../shared/internal.ts";
import type { Caller, Console } from "../messaging/console.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import { describe, type Player, standAt } from "../player.ts";
import { shownName } from "../player-names.ts";
import type { Claim, Place, Role } from "../ports/ports.ts";
import { portalAt } from "../travel/portal.ts";
import type { AsyncResults } from "./async-results.ts";
import type { Faults } from "./faults.ts";
import { type RecordedPose, recordSeen, replaySeen, type Seen, seenBy } from "./lag-compensation.ts";
import type { Mark, Recorded, Recorder } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import type { RingRecorder } from "./ring/ring-recorder.ts";
import { openSimulation, type Simulation, type SystemInRoom } from "./simulation.ts";
import { spawnPlaceOf } from "./spawn-place.ts";

/** Settings of a game with which its world opens. */
export interface WorldSettings<S extends WorldState> {
  readonly roomName: string;
  readonly state: S;
  readonly level: Level;
  readonly zone: string | undefined;
  readonly actorClasses: readonly SchemaClass[] | undefined;
  readonly systems: readonly SystemInRoom<S>[];
  readonly tickHz: number;
  readonly seed: number;
}

/** The rules of a game: the hooks of its room class that move the world. */
export interface WorldRules<A extends Avatar> {
  createAvatar(of: Pick<Player, "client" | "claim">): A;
  spawnPlace(player: Player<A>): Place;
  enter(player: Player<A>): void;
  exit(player: Player<A>): void;
  /** Somebody has left, dropped or returned. */
  changed(): void;
  /** A player's input frame does something. Left out: nobody wants to know. */
  moved?(player: Player<A>): void;
  step(avatar: A, input: WalkInput, dtS: number, id: string): void;
  tick(dtS: number): void;
  keep(): unknown;
  restore(kept: unknown): void;
}

/** The part of a room's items that its world uses. */
export interface ItemLife<A extends Avatar> {
  enter(player: Player<A>): void;
  exit(player: Player<A>): void;
  /** Shows what was booked elsewhere. */
  follow(player: Player<A>): void;
  update(): void;
}

/** The part of a room that its world uses. */
export interface RoomWorldHost<S extends WorldState, A extends Avatar> {
  readonly settings: WorldSettings<S>;
  readonly rules: WorldRules<A>;
  readonly players: Map<string, Player<A>>;
  readonly router: MessageRouter<Player<A>>;
  readonly console: Console;
  readonly answers: AsyncResults;
  readonly faults: Faults;
  readonly recording: Recording;
  /** Sends an event on to clients. */
  deliver(event: GameEvent, kind: DispatchedKind): void;
  /** Passes an event marked `keep` to the database. */
  keepEvent(event: GameEvent): void;
  /** The client of a player who leaves for good sees nothing of the room any more. */
  forgetClient(client: Client): void;
}

/** Makes the players of a mark again. */
export interface ResumedPlayers {
  client(id: string): Client;
  claim(player: Mark["players"][number]): Claim;
}

/**
 * The simulation of a room and its inputs, without a network: players in the world, input frames, messages,
 * commands, async results and the step. A live room feeds it from its clients, a re-run from a recording.
 *
 * @example
 * const world = new RoomWorld({ settings, rules, players, router, … });
 * const player = world.join(client, claim, "player");
 * world.input(player, { moveX: 127, moveZ: 0, buttons: 0 }, 1 / 20);
 * world.step();
 */
export class RoomWorld<S extends WorldState = WorldState, A extends Avatar = Avatar> implements Recorded {
  readonly roomName: string;
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly simulation: Simulation<S>;
  /** Set once the game uses items. */
  items: ItemLife<A> | undefined;
  readonly #host: RoomWorldHost<S, A>;
  /** Of a re-run: the recorded poses that shooters saw in this tick. */
  readonly #poses: RecordedPose[] = [];
  /** The players of before make way for those of a mark. */
  #isResuming = false;

  constructor(host: RoomWorldHost<S, A>) {
    const { settings, rules, faults, router } = host;
    const { state, level, systems, tickHz, seed, actorClasses } = settings;
    this.#host = host;
    this.roomName = settings.roomName;
    this.players = host.players;
    this.simulation = openSimulation<S>({
      state,
      level,
      systems,
      tickHz,
      seed,
      actorClasses,
      rules: (dtS) => rules.tick(dtS),
      fault: faults.note,
      deliver: host.deliver,
      keep: host.keepEvent,
    });
    router.on("emote", roomMessages.emote, (player, { emote }) => {
      player.avatar.emote = emote;
    });
  }

  /** The part of a join that changes the world; a re-run repeats it. */
  join(client: Client, claim: Claim, role: Role, arrival?: Place): Player<A> {
    const { recording, rules, settings } = this.#host;
    recording.betweenTicks?.join(client.sessionId, claim.sheet, role, arrival);
    const player = describe<A>(client, claim, rules.createAvatar({ client, claim }), { role });
    player.name = shownName(this.players.values(), player);
    player.avatar.name = player.name;
    const saved = settings.zone === undefined ? undefined : claim.sheet.state.places[settings.zone];
    standAt(player.avatar, [arrival, saved].find(isPlace) ?? this.#finiteSpawn(player));
    player.portal = portalAt(settings.level, player.avatar);
    this.place(player);
    rules.enter(player);
    if (player.avatar instanceof Carrier) this.items?.enter(player);
    return player;
  }

  #finiteSpawn(player: Player<A>): Place {
    const { rules, settings } = this.#host;
    const place = rules.spawnPlace(player);
    return isFinitePose(place) ? place : spawnPlaceOf(settings.level, this.players.size);
  }

  /** Adds a player to the world, where the avatar is. */
  place(player: Player<A>): void {
    const { sessionId, avatar } = player;
    this.#host.players.set(sessionId, player);
    this.simulation.world.spawn(avatar, sessionId);
    this.simulation.addWalker(sessionId, avatar);
  }

  /** The part of a leave that changes the world. */
  leave(player: Player<A>): void {
    const { recording, faults, rules, router, players, forgetClient } = this.#host;
    const { sessionId, client } = player;
    recording.betweenTicks?.leave(sessionId);
    faults.attempt("onExit", () => rules.exit(player));
    this.items?.exit(player);
    router.forget(client);
    forgetClient(client);
    players.delete(sessionId);
    this.simulation.removeWalker(sessionId);
    this.simulation.world.despawn(sessionId);
    if (!this.#isResuming) rules.changed();
  }

  setAway(player: Player<A>, away: boolean): void {
    this.#host.recording.betweenTicks?.away(player.sessionId, away);
    if (away) this.items?.exit(player);
    player.avatar.away = away;
    this.#host.rules.changed();
  }

  /**
   * Moves a player by one input frame. A player who travels stands still; the frames are acknowledged all the
   * same.
   */
  input(player: Player<A>, input: WalkInput, dtS: number): void {
    if (player.departure) return;
    const { recording, rules } = this.#host;
    recording.recorder?.input(player.sessionId, input);
    if (rules.moved && (input.moveX !== 0 || input.moveZ !== 0 || input.buttons !== 0)) rules.moved(player);
    const { avatar, sessionId } = player;
    const { finite } = this.simulation;
    finite.checkWritten(avatar, "messages");
    try {
      rules.step(avatar, input, dtS, sessionId);
    } catch (error) {
      // Half a step is no step.
      finite.putBack(avatar);
      throw error;
    }
    finite.checkWritten(avatar, "step");
  }

  /**
   * Runs the action of a message that has passed its checks: of a recording, where a room may be recorded
   * again.
   */
  act(player: Player<A>, type: string, message: unknown): void {
    const { recording, faults, router } = this.#host;
    recording.recorder?.message(player.sessionId, type, message);
    faults.attempt("onMessage", () => router.act(player, type, message));
  }

  /** Gives a command as an operator. */
  command(caller: Caller, line: string): void {
    const { console, faults } = this.#host;
    console.give(caller, line).catch((error) => faults.note("command", error));
  }

  /** The async results: asked outside, taken from a recording, or refused. */
  get answers(): AsyncResults {
    return this.#host.answers;
  }

  /**
   * One fixed step. Input frames are applied before it.
   *
   * @param lap called after the physics
   */
  step(lap?: () => void): void {
    const { recording } = this.#host;
    recording.isTicking = true;
    this.simulation.step(lap);
    recording.isTicking = false;
    recording.recorder?.endTick(this);
  }

  /**
   * Lag compensation: the positions at which actors were shown to a shooter.
   *
   * @param rewind undefined: the present positions
   */
  seenBy(sessionId: string, rewind: Rewind | undefined): Seen {
    const { answers, recording } = this.#host;
    if (answers.from === "recording") return replaySeen(this.#poses);
    const seen = seenBy(rewind, sessionId);
    return recording.recorder ? recordSeen(seen, recording.recorder.pose) : seen;
  }

  /** Recorded poses that shooters saw in the coming tick, in the order in which the rules will ask. */
  see(poses: readonly RecordedPose[]): void {
    this.#poses.splice(0, Number.POSITIVE_INFINITY, ...poses);
  }

  /** Begins a recording. */
  record(recorder: Recorder): void {
    this.#host.recording.begin(this, recorder);
  }

  /** Keeps the last seconds from now on. */
  keepLast(ring: RingRecorder): void {
    this.#host.recording.keepLast(this, ring);
  }

  /** Equal for equal worlds, as 16 hex digits: see `WorldRoom.hash`. */
  hash(): string {
    const players = [...this.players].map(([id, { role, stats }]) => [id, role, stats]);
    return fnv1a64(canonicalJson([this.simulation.hash(), players, this.keptByGame() ?? null]));
  }

  keptByGame(): unknown {
    return this.#host.rules.keep();
  }

  /** Goes on from a mark of a recording. */
  resume({ snapshot, players, game }: Mark, of: ResumedPlayers): void {
    const { rules } = this.#host;
    this.#isResuming = true;
    for (const player of [...this.players.values()]) this.leave(player);
    this.#isResuming = false;
    this.simulation.restore(snapshot);
    for (const kept of players) {
      const client = of.client(kept.id);
      const claim = of.claim(kept);
      const avatar =
        (this.simulation.world.get(kept.id) as A | undefined) ?? rules.createAvatar({ client, claim });
      // Described by a second avatar: the restored one keeps its present name and colours.
      const player = describe<A>(client, claim, rules.createAvatar({ client, claim }), kept);
      this.#host.players.set(kept.id, { ...player, avatar, stats: kept.stats });
    }
    rules.restore(game);
  }
}

/** A place that is not finite counts as none: it is no reason to refuse a player. */
const isPlace = (place: Place | undefined): place is Place => place !== undefined && isFinitePose(place);
