import {
  type Client,
  type InputAPI,
  type Rewind,
  type RoomException,
  SchemaSerializer,
  type Serializer,
} from "@colyseus/core";
import type { z } from "zod";
import {
  type Avatar,
  Carrier,
  canonicalJson,
  fnv1a64,
  isFinitePose,
  WalkInput,
  type WorldState,
} from "../shared/index.ts";
import { GameRoom } from "./game-room.ts";
import { type ItemOptions, openRoomItems, type RoomItems, type RoomItemsInside } from "./items/room-items.ts";
import { COMMON_COMMANDS } from "./messaging/commands.ts";
import { type Command, type Console, openConsole } from "./messaging/console.ts";
import { registerConsoleMessages } from "./messaging/console-messages.ts";
import { broadcastEvent } from "./messaging/event-broadcast.ts";
import { type Action, type MessageRouter, openMessageRouter } from "./messaging/message-router.ts";
import { describe, type Player, standAt } from "./player.ts";
import type { Claim, Log, Place, Ports, Role } from "./ports/ports.ts";
import { InterestSerializer } from "./replication/interest-serializer.ts";
import { takeView } from "./replication/owner-view.ts";
import { StableSerializer } from "./replication/stable-serializer.ts";
import {
  type ApplyAnswer,
  type Ask,
  type AsyncResults,
  openAsyncResults,
} from "./simulation/async-results.ts";
import { type Faults, openFaults } from "./simulation/faults.ts";
import { takeInputs } from "./simulation/input-credit.ts";
import {
  type RecordedPose,
  recordSeen,
  replaySeen,
  type Seen,
  seenBy,
} from "./simulation/lag-compensation.ts";
import type { Recorder } from "./simulation/recorder.ts";
import { openSimulation, type Simulation } from "./simulation/simulation.ts";
import { spawnPlaceOf } from "./simulation/spawn-place.ts";
import { openTickClock, type TickClock, type TickProfile } from "./simulation/tick-clock.ts";
import { checkRates } from "./simulation/tick-rates.ts";
import { openStrikes, type Strikes } from "./transport/strikes.ts";
import { portalAt } from "./travel/portal.ts";

/**
 * A room that simulates: its tick, its messages and console, its wire, and who is in the world. A re-run of a recording
 * (rehearsal.ts) needs no more. How people come, go and are saved is `WorldRoom`'s.
 */
export abstract class SimulatedRoom<
  S extends WorldState = WorldState,
  A extends Avatar = Avatar,
> extends GameRoom<S, A> {
  /** Whose eyes see how far, in a room with interest. */
  protected sight: InterestSerializer<S> | undefined;
  protected readonly faultBook: Faults = openFaults(() => this.log);
  /** Who sent what no page sends. */
  readonly strikes: Strikes = openStrikes(
    () => this.clock.elapsedTime,
    () => this.log,
  );
  private readonly answers: AsyncResults = openAsyncResults({
    record: (name, about, answer) => this.recorder?.answer(name, about, answer),
    fault: this.faultBook.note,
  });
  protected inbox!: MessageRouter<A>;
  /** Role-gated commands, for players by message and for operators. */
  console!: Console;
  protected wire!: StableSerializer<S>;
  /** Undefined in a room without items. */
  protected roomItems: RoomItemsInside<Carrier> | undefined;
  private tickClock!: TickClock;
  private recorder: Recorder | undefined;
  /** Of a re-run: what the recording says that shooters saw in this tick. */
  private readonly looks: RecordedPose[] = [];
  private rewind: Rewind | undefined;
  /** True while a tick runs: what its rules do, a re-run does by itself. */
  private ticking = false;
  /** Milliseconds that this tick's steps took. */
  private steppedMs = 0;

  override inputs!: InputAPI<WalkInput>;

  /** Errors that were caught, by the place where they arose. */
  get faults(): ReadonlyMap<string, number> {
    return this.faultBook.counts;
  }

  // ── Opening ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** The room's messages and its world, ready for the first tick. */
  protected openWorld(ports: Ports, log: Log): void {
    Object.assign(this, { ports, log });
    this.inbox = this.openInbox();
    this.simulation = this.openSimulation();
  }

  private openInbox(): MessageRouter<A> {
    const inbox = openMessageRouter<A>(
      this,
      this.rateLimits,
      (player, type, message) => this.recorder?.message(player.sessionId, type, message),
      () => this.log,
    );
    const commands = [...COMMON_COMMANDS, ...this.commands] as unknown as readonly Command<this>[];
    const console = openConsole<this>(this, commands, ({ caller, line, outcome }) => {
      const { accountId: account, id: character } = this.players.get(caller.id)?.claim.sheet ?? {};
      const { roomName: game, roomId } = this;
      this.ports.audit.note({
        caller: caller.id,
        role: caller.role,
        account,
        character,
        game,
        roomId,
        line,
        outcome,
      });
    });
    // What a player commands is recorded as the message that it is.
    registerConsoleMessages(inbox, console);
    this.console = {
      complete: console.complete,
      give: (caller, line) => {
        this.recorder?.command(caller.id, caller.role, line);
        return console.give(caller, line);
      },
    };
    return inbox;
  }

  private openSimulation(): Simulation<S> {
    const { state, level, systems, tickHz, seed, ports, roomId, zone } = this;
    return openSimulation<S>({
      state,
      level,
      systems,
      tickHz,
      seed,
      actorClasses: this.actorClasses,
      rules: (dt) => this.onTick?.(dt),
      fault: this.faultBook.note,
      deliver: (event, kind) => broadcastEvent(this.players, event, kind),
      keep: (event) => ports.events.keep({ game: this.roomName, roomId, zone, event }),
    });
  }

  protected setRates(): void {
    const { tickHz, rewindMs } = this;
    checkRates(this.roomName, this);
    this.inputs = this.defineInput(WalkInput, {
      // A second of input at most; what is older is dropped and acknowledged.
      bufferMaxSize: Math.max(4, Math.ceil(tickHz)),
      sanitize: { moveX: [-127, 127], moveZ: [-127, 127] },
    });
    if (rewindMs === 0) return;
    this.rewind = this.allowRewindState({ maxRewindMs: rewindMs });
    this.rewind.attachAll(this.state.actors, { fields: ["x", "y", "z"] });
  }

  /**
   * Each assignment of the state installs the stock serializer; ours takes its place. Same wire, but frames that stay
   * as they were sent, readers that are bounded, and interest where it is asked for.
   */
  override setSerializer(serializer: Serializer<S>): void {
    if (!(serializer instanceof SchemaSerializer) || serializer instanceof StableSerializer) {
      super.setSerializer(serializer);
      return;
    }
    this.sight = this.interest ? new InterestSerializer<S>({ interest: this.interest }) : undefined;
    this.wire = this.sight ?? new StableSerializer<S>();
    super.setSerializer(this.wire);
  }

  // ── The tick ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins to tick. */
  protected startTicking(): void {
    this.tickClock = openTickClock({ roomName: this.roomName, roomId: this.roomId }, 1000 / this.tickHz);
    this.setFixedTimestep((context) => this.runTick(context.dt), this.tickHz);
    // One patch a tick, sent by the tick itself: a patch never carries half a step. Only once the step is set, or
    // Colyseus starts a second timer that takes the clock's time away from the step.
    this.patchRate = null;
  }

  protected runTick(dt: number): void {
    const { tickClock, simulation, wire } = this;
    tickClock.begin();
    this.answers.settle();
    this.ticking = true;
    this.steppedMs = 0;
    const step = (player: Player<A>, input: WalkInput) => this.takeStep(player, input, dt);
    for (const player of this.players.values()) {
      try {
        takeInputs(player, this.inputs, this.tickHz, step);
      } catch (error) {
        this.faultBook.note("step", error);
      }
    }
    tickClock.lap("inputs");
    tickClock.split("inputs", "step", this.steppedMs);
    this.stepWorld(() => tickClock.lap("physics"));
    this.afterStep();
    tickClock.lap("rules");
    if (simulation.tick % this.patchEveryTicks === 0) {
      this.broadcastPatch();
      tickClock.lap("encode");
      tickClock.split("encode", "interest", wire.spentMs.interest);
      tickClock.split("encode", "send", wire.spentMs.send);
    }
    tickClock.end();
  }

  /** One step of the world; a re-run makes no other. */
  protected stepWorld(lap?: () => void): void {
    this.ticking = true;
    this.simulation.step(lap);
    this.ticking = false;
    this.recorder?.endTick(this);
  }

  /** What is left to do when the world has made its step and nobody was told of it yet. */
  protected abstract afterStep(): void;

  private takeStep(player: Player<A>, input: WalkInput, dt: number): void {
    // Whoever travels stands still; the inputs are answered all the same.
    if (player.departure) return;
    this.recorder?.input(player.sessionId, input);
    const { avatar, sessionId } = player;
    const { finite } = this.simulation;
    const from = performance.now();
    finite.check(avatar, "messages");
    try {
      this.step(avatar, input, dt, sessionId);
    } catch (error) {
      // Half a step is none.
      finite.putBack(avatar);
      throw error;
    }
    finite.check(avatar, "step");
    this.steppedMs += performance.now() - from;
  }

  /** Tells everybody on the server, in every room. A re-run tells nobody. */
  announce(_text: string): void {}

  /** Where the time of this room's ticks goes. */
  tickProfile(): TickProfile {
    return this.tickClock.profile();
  }

  // ── Who is in the world ───────────────────────────────────────────────────────────────────────────────────────

  /** The part of a join that changes the world; a re-run repeats it. */
  protected admit(client: Client, claim: Claim, role: Role, arrival?: Place): Player<A> {
    const { sessionId } = client;
    this.tape?.join(sessionId, claim.sheet, role, arrival);
    const player = describe<A>(client, claim, this.createAvatar({ client, claim }), { role });
    const saved = this.zone === undefined ? undefined : claim.sheet.state.places[this.zone];
    standAt(player.avatar, [arrival, saved].find(isPlace) ?? this.finiteSpawn(player));
    player.portal = portalAt(this.level, player.avatar);
    this.takeIn(player);
    this.onEnter?.(player);
    if (player.avatar instanceof Carrier) this.roomItems?.enter(player as unknown as Player<Carrier>);
    return player;
  }

  private finiteSpawn(player: Player<A>): Place {
    const place = this.spawnPlace(player);
    return isFinitePose(place) ? place : spawnPlaceOf(this.level, this.players.size);
  }

  /** Somebody is in the world from now on, where the avatar is. */
  protected takeIn(player: Player<A>): void {
    const { sessionId, avatar } = player;
    this.players.set(sessionId, player);
    this.world.spawn(avatar, sessionId);
    this.simulation.addWalker(sessionId, avatar);
  }

  /** The part of a leave that changes the world. */
  protected takeOut(player: Player<A>): void {
    const { sessionId } = player;
    this.tape?.leave(sessionId);
    this.faultBook.attempt("onExit", () => this.onExit?.(player));
    this.roomItems?.exit(player as unknown as Player<Carrier>);
    this.inbox.forget(player.client);
    this.sight?.forget(player.client);
    takeView(player.client);
    this.players.delete(sessionId);
    this.simulation.removeWalker(sessionId);
    this.world.despawn(sessionId);
  }

  protected setAway(player: Player<A>, away: boolean): void {
    this.tape?.away(player.sessionId, away);
    if (away) this.roomItems?.exit(player as unknown as Player<Carrier>);
    player.avatar.away = away;
  }

  // ── What moves the world ──────────────────────────────────────────────────────────────────────────────────────

  /**
   * Registers what a client may send: payloads that do not fit, come too often, or are refused by the game are
   * answered with a reason and change nothing.
   *
   * @example
   * this.on("ready", z.strictObject({ ready: z.boolean() }), (player, { ready }) => {
   *   player.avatar.ready = ready;
   * });
   */
  protected on<T>(type: string, schema: z.ZodType<T>, action: Action<A, T>): void {
    this.inbox.on(type, schema, action);
  }

  /**
   * Registers what answers from outside do to the world: a booking of the database, a reply of another server. Returns
   * how to ask: the question is asked at once, and its answer applied at the start of the tick after it came. Answers
   * are recorded; a re-run applies the recorded ones and asks nobody. So a question changes nothing in the world and
   * draws no chance: what must not wait, such as taking what others could ask for too, is done before it.
   *
   * @param name of the answers in a recording
   * @param apply is given the answer, or a refusal where there is none, and what the question was about. Both are
   *   JSON: name players and actors by their ids, and look whether they are still there
   * @throws TypeError if the name was used before
   * @example
   * private readonly granted = this.onAnswer<{ who: string }, Booked>("granted", (answer, { who }) => {
   *   const avatar = this.players.get(who)?.avatar;
   *   if (!answer.ok) return answer; // the player is told
   *   if (avatar) avatar.herbs += 1;
   * });
   *
   * protected override onOpen() {
   *   this.on("pick", z.strictObject({ request: z.string() }), ({ sessionId: who, claim }, { request }) =>
   *     this.granted({ who }, () => this.ports.items.grant(claim, request, "herb", 1, "picked")),
   *   );
   * }
   */
  protected onAnswer<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T> {
    return this.answers.on(name, apply);
  }

  /**
   * Items for a room whose avatars are `Carrier`s: bag and equipment, the ground of its zone, shops, trades and deaths,
   * all booked in the database, and all that docs/items.md says a page may ask. Call it once, in `onOpen`.
   *
   * @example
   * protected override onOpen() {
   *   this.useItems<Hero>({ uses: { herb: { done: ({ avatar }) => heal(avatar, 15) } } });
   * }
   */
  protected useItems<C extends Carrier>(options: ItemOptions<C> = {}): RoomItems<C> {
    const { simulation, inbox, zone } = this;
    const room = openRoomItems<C>(
      {
        players: this.players as unknown as ReadonlyMap<string, Player<C>>,
        inbox: inbox as unknown as MessageRouter<C>,
        simulation,
        zone,
        items: () => this.ports.items,
        log: () => this.log,
        onAnswer: (name, apply) => this.onAnswer(name, apply),
      },
      options,
    );
    this.roomItems = room as unknown as RoomItemsInside<Carrier>;
    return room;
  }

  /**
   * What a player saw when the last input was sampled that the room has taken from them, at most `rewindMs` back.
   * With `rewindMs` 0 all is where it is now. Judge shots in `onTick` or by a button in `step`, not in a message.
   */
  protected seenBy(player: Pick<Player, "sessionId">): Seen {
    if (this.answers.from === "recording") return replaySeen(this.looks);
    const { recorder } = this;
    const seen = seenBy(this.rewind, player.sessionId);
    return recorder ? recordSeen(seen, recorder.look) : seen;
  }

  /** Colyseus sends here what a handler, a timer or a hook threw, instead of ending the process. */
  override onUncaughtException(error: RoomException, method: string): void {
    this.faultBook.note(method, error.cause ?? error);
  }

  // ── Recordings ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Records from now on what the world is moved by: joins, leaves, inputs, messages, commands, answers and what
   * shooters saw. A re-run of it gives the same world, tick by tick, as long as rules change the state by these alone: not by clocks, `Math.random` or what
   * comes from outside by another way than {@link onAnswer}.
   *
   * @example
   * const recorder = openRecorder({ write: (line) => file.write(line) });
   * room.record(recorder);
   */
  record(recorder: Recorder): void {
    this.recorder?.stop();
    this.recorder = recorder;
    recorder.begin(this);
  }

  /** Where what happens between two ticks is recorded. */
  protected get tape(): Recorder | undefined {
    return this.ticking ? undefined : this.recorder;
  }

  /**
   * Equal for equal rooms, as 16 hex digits: the world, the players' stats and roles, and what the game keeps by
   * `onKeep`.
   */
  hash(): string {
    const players = [...this.players].map(([id, { role, stats }]) => [id, role, stats]);
    return fnv1a64(canonicalJson([this.simulation.hash(), players, this.keptByGame() ?? null]));
  }

  /** What the room keeps beside its state and players: for hot reloads and snapshots of a recording. */
  keptByGame(): unknown {
    return this.onKeep?.();
  }
}

/** A place that is not finite is none: it is no reason to keep anybody out. */
const isPlace = (place: Place | undefined): place is Place => place !== undefined && isFinitePose(place);
