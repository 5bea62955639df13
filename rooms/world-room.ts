import { randomInt } from "node:crypto";
import {
  type Client,
  type InputAPI,
  type Rewind,
  Room,
  type RoomException,
  SchemaSerializer,
  type Serializer,
} from "@colyseus/core";
import type { z } from "zod";
import {
  type Actor,
  Avatar,
  CLOSE,
  type Events,
  type Ground,
  type Level,
  RECONNECT_S,
  RoomkeepError,
  roomMessages,
  type SchemaClass,
  type Space,
  TICK_HZ,
  type Triggers,
  WalkInput,
  type World,
  type WorldState,
  walk,
} from "../shared/index.ts";
import { claimArrival, placeOfArrival } from "./arrival.ts";
import { CellSerializer } from "./cell-serializer.ts";
import { capture, giveBack, saveIfDue } from "./character-saves.ts";
import { COMMON_COMMANDS, LOOSE_THINGS } from "./commands.ts";
import { type Command, type Console, openConsole, type Spawnable } from "./console.ts";
import { forgetInstance } from "./destination.ts";
import { sendEvent } from "./event-mail.ts";
import { type Faults, openFaults } from "./faults.ts";
import { createOptions, flatField, type GameCard, type Listing } from "./game-card.ts";
import type { Rate } from "./guard.ts";
import { type Action, type Inbox, openInbox } from "./inbox.ts";
import { takeInputs } from "./inputs.ts";
import type { InterestOptions } from "./interest.ts";
import { orJoinError } from "./join-error.ts";
import { codeOf, type Goal, type JourneyEnd, portalAt, tellOrigin } from "./journey.ts";
import { absent, type Kept, keep, restoreActors, restoreAvatar, restorePlayers } from "./kept.ts";
import { giveOwnView, takeView } from "./owner-view.ts";
import { openPartyDesk, type PartyDesk } from "./party-desk.ts";
import { describe, type PlaceOfSpawn, type Player, standAt } from "./player.ts";
import type { Claim, Identity, ItemTemplates, Log, Place, Ports, Role, VisitEnding } from "./ports.ts";
import type { Recorder } from "./recorder.ts";
import { REWIND_MAX_MS, type Seen, seenBy } from "./rewind.ts";
import { uniqueCode } from "./room-code.ts";
import { openSimulation, type Simulation, type SystemInRoom } from "./simulation.ts";
import { spawnPlaceOf } from "./spawn-place.ts";
import { StableSerializer } from "./stable-serializer.ts";
import { openTickClock, type TickClock, type TickProfile } from "./tick.ts";
import { openTravel, type Travel } from "./travel.ts";
import { openZone, type ZoneFormat, type ZoneKeeper } from "./zone-saves.ts";

/**
 * A room with actors in a level: players join with their character, walk by predicted input, push what is loose,
 * chat, drop and return, and are saved. A game extends it and adds its state, its systems, its messages and its rules.
 *
 * @example
 * export class YardRoom extends WorldRoom<YardState> {
 *   static override readonly card = { label: "Yard", description: "A quiet yard.", maxPlayers: 20 };
 *   override state = new YardState();
 *   override level = yard;
 *   override systems = [wander, flee];
 * }
 */
export abstract class WorldRoom<S extends WorldState = WorldState, A extends Avatar = Avatar> extends Room<{
  state: S;
  metadata: Listing;
  input: WalkInput;
}> {
  static readonly card: GameCard = { label: "Room", description: "", maxPlayers: 32 };
  /** Kinds of items of the game. All games of a server share them: one name is one thing. */
  static readonly items: ItemTemplates = {};

  /** The level that the game's rooms open with; its portals are checked when the server starts. */
  static readonly level: Level | undefined = undefined;

  /** Geometry of the room. */
  level: Level = (this.constructor as typeof WorldRoom).level ?? flatField;
  /** Name under which characters keep their place here; undefined: they start at a spawn each time. */
  zone: string | undefined;
  /** True: the world of the zone is kept, players apart; only one room in all the cluster then has the zone. */
  persistent = false;
  /** Version of what this game saves of its zone, and how older ones are read. */
  zoneFormat: ZoneFormat = {};
  /** Actor classes that a save may hold. Default: all that the state may have. */
  actorClasses: readonly SchemaClass[] | undefined;
  /** Steps a second. */
  tickHz = TICK_HZ;
  /** Ticks between two patches: 1 sends each step, 3 at 60 Hz sends 20 patches a second. */
  patchEveryTicks = 1;
  /** How far in the past clients show what others move, ms. Default: two patches, so that a late one is not seen. */
  interpolationMs: number | undefined;
  /** How far back hits are judged by what the shooter saw, ms, at most {@link REWIND_MAX_MS}. 0: not at all. */
  rewindMs = 0;
  /** What runs over the world in every tick or now and then. */
  systems: readonly SystemInRoom<S>[] = [];
  /** What a player is sent of the actors: those near; undefined: all, which suits a small room. */
  interest: InterestOptions | undefined;
  /** What the game adds to the console. */
  commands: readonly Command<never>[] = [];
  /** What `/spawn` may spawn, by name. */
  spawnable: Spawnable = LOOSE_THINGS;
  /** How often a player may send a message, by type. */
  rates: Record<string, Rate> = {};
  /** Whoever was sent on and has not arrived after so long is taken back, ms: 500 to 8,000. */
  travelWaitMs = 6_000;
  /** Of the room's chance: fixed for a replay, secret otherwise. */
  seed = randomInt(2 ** 32);

  /** Everybody in the room, by session id; a dropped player stays until the seat is given up. */
  readonly players = new Map<string, Player<A>>();
  protected ports!: Ports;
  protected log!: Log;
  /** What the room simulates, apart from any network. */
  simulation!: Simulation<S>;
  /** Whose eyes see how far, in a room with interest. */
  protected sight: CellSerializer<S> | undefined;
  private readonly faultBook: Faults = openFaults(() => this.log);
  private inbox!: Inbox<A>;
  /** Role-gated commands, for players by message and for operators. */
  console!: Console;
  private tickClock!: TickClock;
  // Undefined in a rehearsal, which goes nowhere.
  private ways!: Travel<A>;
  private parties!: PartyDesk<A>;
  /** Whom this instance is for; undefined in a room that is none. */
  private instance: string | undefined;
  /** Characters that were let into this instance, for when they join again. */
  private readonly guests = new Set<string>();
  private wire!: StableSerializer<S>;
  private readonly stopListening: (() => void)[] = [];
  private keeper: ZoneKeeper | undefined;
  private recorder: Recorder | undefined;
  private rewind: Rewind | undefined;
  /** True while a tick runs: what its rules do, a re-run does by itself. */
  private ticking = false;
  /** Actors that the room placed when it opened, for {@link onRestoreRoom}. */
  private placed: ReadonlyMap<string, Actor> = new Map();
  /** True once a room of edited code takes over: this one changes and saves nothing any more. */
  private replaced = false;

  override inputs!: InputAPI<WalkInput>;

  /** The actors: spawn, despawn, query, observe. */
  get world(): World {
    return this.simulation.world;
  }
  /** What happens: emit it, or be told of it. */
  get events(): Events {
    return this.simulation.events;
  }
  /** The level's trigger volumes: who enters, who leaves, who is inside. */
  get triggers(): Triggers {
    return this.simulation.triggers;
  }
  protected get ground(): Ground {
    return this.simulation.ground;
  }
  protected get space(): Space | undefined {
    return this.simulation.space;
  }
  /** Errors that were caught, by the place where they arose. */
  get faults(): ReadonlyMap<string, number> {
    return this.faultBook.counts;
  }

  override async onCreate(options: unknown): Promise<void> {
    await orJoinError(this.open(options));
  }

  private async open(options: unknown): Promise<void> {
    const { ports, private: isPrivate, instance } = createOptions.parse(options);
    const { card } = this.constructor as typeof WorldRoom;
    this.ports = ports;
    this.roomId = await uniqueCode(this.roomId);
    this.log = ports.log.child({ room: this.roomName, roomId: this.roomId });
    this.maxClients = card.maxPlayers;
    this.metadata = { label: card.label, game: this.roomName };
    const hidden = card.instance || (isPrivate ?? card.private ?? false);
    if (hidden) await this.setPrivate(true);
    if (card.instance) this.instance = instance;
    this.seatReservationTimeout = 10;
    this.maxMessagesPerSecond = 200;
    this.inbox = this.openInbox();
    this.simulation = this.openSimulation();
    this.setRates();
    // Before the first tick: nothing may move until the world is the saved one.
    if (this.persistent && this.zone) await this.keepZone(this.zone);
    this.tickClock = openTickClock({ roomName: this.roomName, roomId: this.roomId }, 1000 / this.tickHz);
    this.setFixedTimestep((context) => this.runTick(context.dt), this.tickHz);
    // One patch a tick, sent by the tick itself: a patch never carries half a step. Only once the step is set, or
    // Colyseus starts a second timer that takes the clock's time away from the step.
    this.patchRate = null;
    await this.openWays(card.label);
    this.stopListening.push(ports.characters.onFenced((id, epoch) => this.letGo(id, epoch, "fenced")));
    await this.openGame();
    this.log.info({ private: hidden }, "room opened");
  }

  private async openWays(label: string): Promise<void> {
    const { players, roomId, presence, log, inbox } = this;
    this.parties = await openPartyDesk<A>({ players, roomId, label, presence, log }, inbox);
    const room = this;
    this.ways = openTravel<A>({
      players,
      roomId,
      presence,
      log,
      roomName: this.roomName,
      characters: this.ports.characters,
      get level() {
        return room.level;
      },
      get zone() {
        return room.zone;
      },
      get waitMs() {
        return Math.min(Math.max(room.travelWaitMs, 500), 8_000);
      },
      remove: (sessionId) => this.removePlayer(sessionId, "left"),
      companions: (player) => this.parties.companions(player),
      instanceKey: ({ claim }) => this.parties.keyOf(claim.sheet.id),
    });
    inbox.reply("travel.back", roomMessages["travel.back"], (player) => this.ways.cannot(player));
  }

  private setRates(): void {
    const { tickHz, patchEveryTicks, rewindMs } = this;
    const rates = [tickHz > 0, tickHz <= 240, Number.isInteger(patchEveryTicks), patchEveryTicks >= 1];
    if (rates.includes(false) || !(rewindMs >= 0 && rewindMs <= REWIND_MAX_MS)) {
      throw new RoomkeepError(
        "CONFIG_INVALID",
        `${this.roomName}: tickHz, patchEveryTicks or rewindMs is out of range.`,
      );
    }
    this.inputs = this.defineInput(WalkInput, {
      // A second of input at most; what is older is dropped and acknowledged.
      bufferMaxSize: Math.max(4, Math.ceil(tickHz)),
      sanitize: { moveX: [-127, 127], moveZ: [-127, 127] },
    });
    if (rewindMs === 0) return;
    this.rewind = this.allowRewindState({ maxRewindMs: rewindMs });
    this.rewind.attachAll(this.state.actors, { fields: ["x", "y", "z"] });
  }

  private async openGame(): Promise<void> {
    // After a restore: it is a setting of the room, not of the world.
    this.state.interpolationMs = this.interpolationMs ?? (2 * this.patchEveryTicks * 1000) / this.tickHz;
    try {
      if (!this.keeper?.restored) this.onBegin?.();
      await this.onOpen?.();
    } catch (error) {
      // No room will come of it: the zone is free for the next try, as it was.
      await this.keeper?.giveUp();
      throw error;
    }
    this.placed = new Map(this.state.actors.entries());
  }

  private async keepZone(zone: string): Promise<void> {
    const { ports, roomId, simulation, players, zoneFormat: format, log } = this;
    const options = { zones: ports.zones, zone, roomId, simulation, players, format, log };
    const keeper = await openZone(options);
    this.keeper = keeper;
    this.stopListening.push(
      ports.zones.onFenced((lost, epoch) => {
        if (lost !== zone || epoch !== keeper.claim.epoch) return;
        keeper.abandon();
        this.disconnect(CLOSE.FENCED);
      }),
    );
  }

  private openInbox(): Inbox<A> {
    const inbox = openInbox<A>(
      this,
      this.rates,
      (player, type, message) => this.recorder?.message(player.sessionId, type, message),
      () => this.log,
    );
    const commands = [...COMMON_COMMANDS, ...this.commands] as unknown as readonly Command<this>[];
    this.console = openConsole<this>(this, commands, ({ caller, line, outcome }) => {
      const { accountId, id } = this.players.get(caller.id)?.claim.sheet ?? {};
      const who = { caller: caller.id, role: caller.role, account: accountId, character: id };
      this.log.info({ audit: true, ...who, line, outcome }, "command");
    });
    inbox.on("command", roomMessages.command, ({ sessionId, role, client }, { line }) => {
      const answer = this.console.give({ id: sessionId, role }, line);
      if (typeof answer !== "string") return answer;
      client.send("console", { line, text: answer });
    });
    inbox.on("complete", roomMessages.complete, ({ sessionId, role, client }, { line }) => {
      client.send("completions", { line, lines: this.console.complete({ id: sessionId, role }, line) });
    });
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
      deliver: (event, kind) => sendEvent(this.players, event, kind),
      keep: (event) => ports.events.keep({ game: this.roomName, roomId, zone, event }),
    });
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
    this.sight = this.interest ? new CellSerializer<S>({ interest: this.interest }) : undefined;
    this.wire = this.sight ?? new StableSerializer<S>();
    super.setSerializer(this.wire);
  }

  // ── What a game may define ────────────────────────────────────────────────────────────────────────────────────

  /** The world is new: place what it begins with. Not called when it was restored from a save. */
  protected onBegin?(): void;
  /** Once, when the room is ready to be filled. */
  protected onOpen?(): void | Promise<void>;
  /** A player's actor is in the room. */
  protected onEnter?(player: Player<A>): void;
  /** The player left for good; the actor is still in the state. */
  protected onExit?(player: Player<A>): void;
  /** The rules, once a tick after everybody has moved and the systems have run. `dt` in seconds. */
  protected onTick?(dt: number): void;

  /**
   * Hot reload, while you develop: what to hand to the room that takes over, JSON only. State and players are handed
   * over without it; fields of the room are not.
   */
  protected onKeep?(): unknown;
  /** Hot reload: the room has taken over, and state and players are back. `kept` is what {@link onKeep} returned. */
  protected onRestore?(kept: unknown): void;

  /** Makes a player's actor; its pose is set afterwards. */
  protected createAvatar(_player: Pick<Player, "client" | "claim">): A {
    return new Avatar() as A;
  }

  /** Where a player without a saved place appears. */
  protected spawnPlace(_player: Player<A>): PlaceOfSpawn {
    return spawnPlaceOf(this.level, this.players.size);
  }

  /**
   * One input frame moves one avatar by one step; the client's view predicts with the same function. `id` is the
   * session id of the avatar's player.
   */
  protected step(avatar: A, input: WalkInput, dt: number, _id: string): void {
    walk(avatar, input, this.ground, dt);
  }

  // ── Life of a player ──────────────────────────────────────────────────────────────────────────────────────────

  override async onJoin(client: Client, _options: unknown, identity: Identity): Promise<void> {
    if (this.players.has(client.sessionId)) return this.onReconnect(client); // back after a hot reload
    const { journey } = identity;
    await orJoinError(this.mayEnter(identity));
    const claim = await orJoinError(claimArrival(this.ports.characters, identity, this.roomId));
    try {
      const place = placeOfArrival(this.level, identity, this.players.size);
      const player = this.admit(client, claim, identity.role, place);
      if (this.wire.filtered && !this.sight) giveOwnView(client, player.avatar);
      player.address = identity.address;
      player.origin = journey?.from;
      // Before anybody is sent a patch with both: the other room takes its copy out at once.
      if (journey) tellOrigin(journey, { how: "arrived" });
      this.guests.add(claim.sheet.id);
      this.meetParty("enter", player);
      const { epoch } = claim;
      player.visit = this.ports.visits.begin({ identity, game: this.roomName, roomId: this.roomId, epoch });
      this.log.info({ player: client.sessionId, character: claim.sheet.id }, "player joined");
    } catch (error) {
      // Nothing was played, so nothing is saved; the lease is free for the next try.
      this.removePlayer(client.sessionId, "left");
      await this.ports.characters.abandon(claim);
      if (journey) tellOrigin(journey, { how: "refused", code: codeOf(error) });
      throw error;
    }
  }

  /** An instance is for those who came by a portal, and for their party. */
  private async mayEnter({ characterId, journey }: Identity): Promise<void> {
    if (this.instance === undefined || journey || this.guests.has(characterId)) return;
    if ((await this.parties.askKey(characterId)) !== this.instance)
      throw new RoomkeepError("INSTANCE_CLOSED");
  }

  private meetParty(what: "enter" | "exit", player: Player<A>): void {
    this.parties[what](player).catch((error) => {
      this.log.warn({ err: error, player: player.sessionId }, "a party could not be told");
    });
  }

  /**
   * Sends players on to another room, as a portal does; those who cannot go stay where they stand and are told why.
   *
   * @example
   * this.on("dive", z.strictObject({}), (player) => {
   *   void this.travel([player], { to: "reef", spawn: "buoy" });
   * });
   */
  protected travel(players: readonly Player<A>[], goal: Goal): Promise<void> {
    return this.ways?.send(players, goal) ?? Promise.resolve();
  }

  /** The room that a player was sent to tells how it ended. Called through Colyseus, from whichever process. */
  journeyEnded(sessionId: string, ticket: string, end: JourneyEnd): void {
    this.ways.ended(sessionId, ticket, end);
  }

  /** Where what happens between two ticks is recorded. */
  private get tape(): Recorder | undefined {
    return this.ticking ? undefined : this.recorder;
  }

  /** The part of a join that changes the world; a re-run repeats it. */
  private admit(client: Client, claim: Claim, role: Role, arrival?: Place): Player<A> {
    const { sessionId } = client;
    this.tape?.join(sessionId, claim.sheet, role, arrival);
    const player = describe<A>(client, claim, this.createAvatar({ client, claim }), { role });
    const saved = this.zone === undefined ? undefined : claim.sheet.state.places[this.zone];
    standAt(player.avatar, arrival ?? saved ?? this.spawnPlace(player));
    player.portal = portalAt(this.level, player.avatar);
    this.players.set(sessionId, player);
    this.world.spawn(player.avatar, sessionId);
    this.simulation.addWalker(sessionId, player.avatar);
    this.onEnter?.(player);
    return player;
  }

  override onDrop(client: Client, code?: number): void {
    const player = this.players.get(client.sessionId);
    if (!player || isFinal(code) || this.replaced) return;
    this.setAway(player, true);
    player.hold = this.allowReconnection(client, RECONNECT_S);
    // The seat that runs out, or a room that closes, ends in onLeave.
    player.hold.catch(() => {});
    this.log.info({ player: client.sessionId, code }, "player dropped, seat kept");
  }

  override onReconnect(client: Client): void {
    const player = this.players.get(client.sessionId);
    if (!player) {
      client.leave(CLOSE.TAKEN_OVER);
      return;
    }
    player.client = client;
    player.hold = undefined;
    this.setAway(player, false);
    this.ways.remind(player);
    this.log.info({ player: client.sessionId }, "player returned");
  }

  private setAway(player: Player<A>, away: boolean): void {
    this.tape?.away(player.sessionId, away);
    player.avatar.away = away;
  }

  override async onLeave(client: Client, code?: number): Promise<void> {
    const player = this.players.get(client.sessionId);
    if (!player || this.replaced) return; // refused at the door, let go already, or in the next room's hands
    // First the game's own farewell: what it writes to the stats is saved.
    this.removePlayer(client.sessionId, "left");
    const state = capture(player, this.zone);
    this.meetParty("exit", player);
    this.log.info({ player: client.sessionId, code }, "player left");
    if (player.departure?.handing) return; // the hand-over has saved
    await giveBack(this.ports.characters, player, state, this.log);
  }

  override async onDispose(): Promise<void> {
    for (const stop of this.stopListening) stop();
    if (this.instance !== undefined) {
      await forgetInstance(this.presence, this.roomName, this.instance, this.roomId).catch((error) => {
        this.log.warn({ err: error }, "an instance could not be forgotten");
      });
    }
    await this.keeper?.close();
    this.log.info({}, "room closed");
  }

  /**
   * Takes a player out of the room at once: another login has the character (save and release), or the lease was
   * lost (drop the copy; a save would be refused).
   */
  async letGo(characterId: string, epoch: number, reason: "taken-over" | "fenced"): Promise<void> {
    for (const player of this.players.values()) {
      if (player.claim.sheet.id !== characterId || player.claim.epoch !== epoch) continue;
      this.removePlayer(player.sessionId, reason);
      const state = capture(player, this.zone);
      this.meetParty("exit", player);
      this.log.warn({ player: player.sessionId, reason }, "player let go");
      if (reason === "taken-over" && !player.departure?.handing)
        await giveBack(this.ports.characters, player, state, this.log);
      player.hold?.reject(new Error(reason));
      player.client.leave(reason === "fenced" ? CLOSE.FENCED : CLOSE.TAKEN_OVER, reason);
    }
  }

  private removePlayer(sessionId: string, ending: VisitEnding): void {
    const player = this.players.get(sessionId);
    if (player) {
      this.tape?.leave(sessionId);
      if (player.visit) this.ports.visits.end(player.visit, ending);
      this.faultBook.attempt("onExit", () => this.onExit?.(player));
      this.inbox.forget(player.client);
      this.parties?.forget(player.claim.sheet.id);
      this.sight?.forget(player.client);
      takeView(player.client);
    }
    this.players.delete(sessionId);
    this.simulation.removeWalker(sessionId);
    this.world.despawn(sessionId);
  }

  // ── Hot reload, while a builder develops ──────────────────────────────────────────────────────────────────────

  /** Colyseus calls it when the room's code was edited, before it makes the room that takes over. */
  override onCacheRoom(): Kept {
    this.replaced = true;
    this.keeper?.handOver();
    return keep(this.state, this.players, this.onKeep?.());
  }

  /** Colyseus calls it in the room that takes over; the seats are kept for the players, who return by themselves. */
  override onRestoreRoom(kept: Kept): void {
    restoreActors(this.state, this.placed, kept, this.space);
    this.world.adopt();
    for (const { was, claim, fields } of restorePlayers(kept, this.ports.characters)) {
      const client = absent(was.sessionId);
      const avatar = restoreAvatar(this.createAvatar({ client, claim }), fields);
      const player = describe<A>(client, claim, avatar, was);
      const { visit, address, stats, statsChanged, savedPlace } = was;
      this.players.set(
        was.sessionId,
        Object.assign(player, { visit, address, stats, statsChanged, savedPlace }),
      );
      this.world.spawn(avatar, was.sessionId);
      this.simulation.addWalker(was.sessionId, avatar);
    }
    this.faultBook.attempt("onRestore", () => this.onRestore?.(kept.game));
    this.log.info({ players: this.players.size }, "room took over after an edit");
  }

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

  private runTick(dt: number): void {
    if (this.replaced) return;
    const { tickClock, simulation } = this;
    tickClock.begin();
    this.ticking = true;
    for (const player of this.players.values()) {
      this.faultBook.attempt("step", () =>
        takeInputs(player, this.inputs, this.tickHz, (input) => this.takeStep(player, input, dt)),
      );
    }
    tickClock.lap("inputs");
    simulation.step(() => tickClock.lap("physics"));
    this.ticking = false;
    this.recorder?.endTick(this);
    this.ways.watch();
    saveIfDue(this.players, this.ports.characters, this.zone, this.clock.elapsedTime, this.log);
    this.keeper?.saveIfDue(this.clock.elapsedTime);
    tickClock.lap("rules");
    if (simulation.tick % this.patchEveryTicks === 0) this.broadcastPatch();
    tickClock.lap("patch");
    tickClock.end();
  }

  private takeStep(player: Player<A>, input: WalkInput, dt: number): void {
    // Whoever travels stands still; the inputs are answered all the same.
    if (player.departure) return;
    this.recorder?.input(player.sessionId, input);
    this.step(player.avatar, input, dt, player.sessionId);
  }

  /**
   * Records from now on what the world is moved by: joins, leaves, inputs, messages. A re-run of it gives the same
   * world, tick by tick, as long as rules change the state by these alone: not by clocks, `Math.random` or answers
   * of the database.
   *
   * @example
   * const recorder = openRecorder({ write: (line) => file.write(line) });
   * room.record(recorder);
   */
  record(recorder: Recorder): void {
    this.recorder = recorder;
    recorder.begin(this);
  }

  // A rehearsal (rehearsal.ts) plays the room by these, without network, database or clock.

  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: rehearsal.ts plays the room by it
  private async rehearse(ports: Ports, log: Log): Promise<void> {
    Object.assign(this, { ports, log });
    this.inbox = this.openInbox();
    this.simulation = this.openSimulation();
    this.onBegin?.();
    await this.onOpen?.();
  }

  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: rehearsal.ts plays the room by it
  private endRehearsedTick(): void {
    this.ticking = true;
    this.simulation.step();
    this.ticking = false;
    this.recorder?.endTick(this);
  }

  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: rehearsal.ts plays the room by it
  private actOut(player: Player<A>, type: string, message: unknown): void {
    this.recorder?.message(player.sessionId, type, message);
    this.faultBook.attempt("onMessage", () => this.inbox.act(player, type, message));
  }

  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: rehearsal.ts plays the room by it
  private resumeGame(game: unknown): void {
    this.onRestore?.(game);
  }

  /**
   * What a player saw when the last input was sampled that the room has taken from them, at most `rewindMs` back.
   * With `rewindMs` 0 all is where it is now. Judge shots in `onTick` or by a button in `step`, not in a message.
   */
  protected seenBy(player: Pick<Player, "sessionId">): Seen {
    return seenBy(this.rewind, player.sessionId);
  }

  /** What the room keeps beside its state and players: for hot reloads and snapshots of a recording. */
  keptByGame(): unknown {
    return this.onKeep?.();
  }

  /** Where the time of this room's ticks goes. */
  tickProfile(): TickProfile {
    return this.tickClock.profile();
  }

  /** Colyseus sends here what a handler, a timer or a hook threw, instead of ending the process. */
  override onUncaughtException(error: RoomException, method: string): void {
    this.faultBook.note(method, error.cause ?? error);
  }
}

/** Close codes after which nobody waits for the player to return. */
function isFinal(code: number | undefined): boolean {
  return code !== undefined && code >= CLOSE.TAKEN_OVER && code <= CLOSE.TRAVELLED;
}
