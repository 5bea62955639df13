import { randomInt } from "node:crypto";
import { type Client, CloseCode, type InputAPI, type Rewind } from "@colyseus/core";
import {
  type Actor,
  type ActorClass,
  Avatar,
  type Carrier,
  CLOSE,
  type Events,
  type Ground,
  type Level,
  type PoseThreshold,
  type Refusal,
  RoomkeepError,
  refuse,
  type Space,
  TICK_HZ,
  type Triggers,
  WalkInput,
  type World,
  type WorldState,
  walk,
} from "../shared/index.ts";
import type { SchemaClass, StateObservers } from "../shared/internal.ts";
import type { CheatSuspected } from "./cheat-detection/cheat-detection.ts";
import { InputDetection } from "./cheat-detection/input-detection.ts";
import { openTradeWatch } from "./cheat-detection/trade-watch.ts";
import { openWorldDesk, type WorldDesk } from "./desk/world-desk.ts";
import { flatField } from "./game-listing.ts";
import { GameRoom } from "./game-room.ts";
import { type ItemOptions, openRoomItems, type RoomItems } from "./items/room-items.ts";
import { watchOf } from "./live-settings.ts";
import type { LeadWait } from "./lobby/lead.ts";
import type { RoomDoor } from "./lobby/room-door.ts";
import { type BeginHow, checkGathered, WorldLobby, type WorldLobbyHost } from "./lobby/world-lobby.ts";
import { COMMON_COMMANDS, LOOSE_THINGS } from "./messaging/commands.ts";
import { registerComponentWrites } from "./messaging/component-messages.ts";
import type { Command, Spawnable } from "./messaging/console.ts";
import { broadcastEvent } from "./messaging/event-broadcast.ts";
import { present } from "./opened.ts";
import {
  type AutosaveHost,
  captureState,
  hasChanged,
  placeOf,
  saveIfDue,
} from "./persistence/character-saves.ts";
import type { Carrying, HotReloadHost } from "./persistence/hot-reload.ts";
import { type KeptActors, keepActors, restoreActors } from "./persistence/hot-reload-actors.ts";
import { fillFields } from "./persistence/hot-reload-fields.ts";
import { absentClient, type HotReloadSnapshot, type Returning } from "./persistence/hot-reload-snapshot.ts";
import type { PlaySessionsHost } from "./persistence/play-sessions.ts";
import { openZone, type ZoneFormat, type ZoneKeeper } from "./persistence/zone-saves.ts";
import { describe, type PlaceOfSpawn, type Player } from "./player.ts";
import { blankClaim } from "./ports/blank-claim.ts";
import type { Claim, Identity, LastInput } from "./ports/ports.ts";
import { InterestSerializer } from "./replication/interest-serializer.ts";
import { giveOwnView } from "./replication/owner-view.ts";
import { StableSerializer } from "./replication/stable-serializer.ts";
import type { InterestOptions } from "./replication/visibility/interest.ts";
import { checkActors, checkItems, checkRoom, checkShops } from "./room-checks.ts";
import {
  type ApplyAnswer,
  type Ask,
  type AsyncResults,
  openAsyncResults,
} from "./simulation/async-results.ts";
import type { Seen } from "./simulation/lag-compensation.ts";
import type { Recorder } from "./simulation/recorder.ts";
import { openRingRecorder } from "./simulation/ring/ring-recorder.ts";
import { RoomTick } from "./simulation/room-tick.ts";
import { RoomWorld, type WorldRules } from "./simulation/room-world.ts";
import type { RoomContext, Simulation, SystemInRoom } from "./simulation/simulation.ts";
import { spawnPlaceOf } from "./simulation/spawn-place.ts";
import type { System } from "./simulation/systems.ts";
import { checkRates, openTickClock, type TickClock, type TickProfile } from "./simulation/tick-clock.ts";
import { TickTime } from "./simulation/tick-time.ts";
import type { RoomOpening, Surroundings } from "./surroundings.ts";
import { isHandedOver } from "./travel/departure.ts";
import type { InstanceAccess } from "./travel/instance-access.ts";
import { type Goal, type JourneyEnd, placeOfArrival } from "./travel/portal.ts";
import { openSuccessor } from "./travel/room-finder.ts";
import { openRoomTravel, type RoomTravel } from "./travel/room-travel.ts";
import { openSight, type Sight } from "./viewers/sight.ts";
import type { Viewer } from "./viewers/viewer.ts";

/** Seconds that an empty kept zone waits for a player who gave up the last seat. */
const COME_BACK_S = 3;

/** The parts of a room with a world that has clients. */
interface LiveWorld<A extends Avatar> {
  readonly opening: RoomOpening;
  readonly inputs: InputAPI<WalkInput>;
  /** Undefined in a room without lag compensation. */
  readonly rewind: Rewind | undefined;
  readonly travel: RoomTravel<A>;
  readonly clock: TickClock;
}

/**
 * A room with actors in a level: players join with their character, walk by predicted input, push what is
 * loose, chat, drop and return, and are saved. A game extends it and adds its state, its systems, its
 * messages and its rules.
 *
 * @example
 * export class YardRoom extends WorldRoom<YardState> {
 *   static override readonly listing = { label: "Yard", description: "A quiet yard.", maxPlayers: 20 };
 *   override state = new YardState();
 *   override level = yard;
 *   override systems = [wander, flee];
 * }
 */
export abstract class WorldRoom<
  S extends WorldState = WorldState,
  A extends Avatar = Avatar,
> extends GameRoom<S, Player<A>> {
  /** The level that the game's rooms open with; its portals are checked when the server starts. */
  static readonly level: Level | undefined = undefined;

  /** Geometry of the room. */
  level: Level = (this.constructor as typeof WorldRoom).level ?? flatField;
  /** Name under which places of characters are saved; undefined: they start at a spawn each time. */
  zone: string | undefined;
  /** True: the world of the zone is saved, without players; one room of all processes then has the zone. */
  persistent = false;
  /** The version of the zone's saves, and the steps up from older ones. */
  zoneFormat: ZoneFormat = {};
  /** Actor classes that a save may hold. Default: all that the state may have. */
  actorClasses: readonly SchemaClass[] | undefined;
  /** Steps a second. */
  tickHz = TICK_HZ;
  /** Ticks between two patches: 1 sends each step, 3 at 60 Hz sends 20 patches a second. */
  patchEveryTicks = 1;
  /**
   * How late clients show the actors of others, ms. Default: two patches, so that a late patch is not seen.
   */
  interpolationMs: number | undefined;
  /** How far back lag compensation reaches, ms, at most {@link REWIND_MAX_MS}. 0: not at all. */
  rewindMs = 0;
  /** Systems that run over the world, in every tick or every few. */
  systems: readonly SystemInRoom<S>[] = [];
  /** Which actors a player is sent: those near. Undefined: all, which suits a small room. */
  interest: InterestOptions | undefined;
  /**
   * By how much the pose of what moves by itself, such as an animal or a crate, must differ from the one that
   * was sent: creeping and trembling below it send nothing. What comes to rest is sent exactly. Avatars are
   * exact always. `EXACT` sends every difference.
   */
  poseThreshold: PoseThreshold = { distanceM: 0.1, angleRad: 0.1 };
  /** Actors that `/spawn` may spawn, by name. */
  spawnable: Spawnable = LOOSE_THINGS;
  /** Longest wait for a player who was handed over, ms: 500 to 8,000. Then the room takes them back. */
  travelWaitMs = 6_000;
  /** The seed of all chance in the room: fixed for a replay, secret otherwise. */
  seed = randomInt(2 ** 32);
  /** Input frames of the clients; undefined in a re-run, which has no clients. */
  override inputs?: InputAPI<WalkInput>;

  private readonly answers = openAsyncResults({
    record: (name, about, answer) => this.recording.recorder?.answer(name, about, answer),
    fault: this.faultBook.note,
  });
  private readonly askOfCheat = this.answers.on<{ who: string }, CheatSuspected & { ok: true }>(
    "cheat suspected",
    (suspected, { who }) => {
      const player = this.players.get(who);
      if (player && suspected.ok) super.tellOfCheat(player, suspected);
    },
  );
  private readonly askToRename = this.answers.on<{ who: string }, { ok: true; name: string }>(
    "renamed",
    (renamed, { who }) => {
      const player = this.players.get(who);
      if (!player || !renamed.ok) return;
      super.showName(player, renamed.name);
      player.avatar.name = renamed.name;
    },
  );
  private worldPart: RoomWorld<S, A> | undefined;
  /** Undefined in a re-run, which has no clients. */
  private liveWorld: LiveWorld<A> | undefined;
  /** In a room that declares a lobby. */
  private worldLobby: WorldLobby<A> | undefined;
  /** In a room whose zone is kept. */
  private zoneKeeper: ZoneKeeper | undefined;
  /** In a room with interest. */
  private interestSerializer: InterestSerializer<S> | undefined;
  private stopRecording: (() => void) | undefined;
  /** Actors that the room placed when it opened, for {@link onRestoreRoom}. */
  private placed: ReadonlyMap<string, Actor> = new Map();

  /** The world is new: spawn its first actors here. Not called when it was restored from a save. */
  protected onBegin?(): void;
  /** The rules, once a tick after everybody has moved and the systems have run. `dt` in seconds. */
  protected onTick?(dt: number): void;
  /**
   * Of a room with a `lobby`, whose state has a field `leader`, and `settings` if the lobby has any: begins
   * the game, since the leader sent `start` or `rematch`, or all are ready. It may refuse.
   *
   * @example
   * override readonly lobby = defineLobby({ playersMin: 2, idleS: 120 });
   * protected override onStart() {
   *   this.state.phase = "race";
   * }
   */
  protected onStart?(how: BeginHow): Refusal | undefined;
  /**
   * Of a room with a `lobby`: whether people gather now, so that the leader may begin, and settings and
   * `ready` of the avatars may change. Default: always.
   */
  protected gathers(): boolean {
    return true;
  }
  /** Makes a player's actor; its pose is set afterwards. */
  protected createAvatar(_player: Pick<Player, "client" | "claim">): A {
    return new Avatar() as A;
  }

  /** Where a player without a saved place appears. */
  protected spawnPlace(_player: Player<A>): PlaceOfSpawn {
    return spawnPlaceOf(this.level, this.players.size);
  }

  /**
   * One input frame moves one avatar by one step; the client's view predicts with the same function. `id` is
   * the session id of the avatar's player.
   */
  protected step(avatar: A, input: WalkInput, dt: number, _id: string): void {
    walk(avatar, input, this.ground, dt);
  }

  private get roomWorld(): RoomWorld<S, A> {
    return present(this.worldPart, "world");
  }
  /** The simulation, apart from any network. @throws ROOM_NOT_OPEN */
  get simulation(): Simulation<S> {
    return this.roomWorld.simulation;
  }
  /** The actors: spawn, despawn, query, observe. */
  get world(): World {
    return this.simulation.world;
  }
  /** The events of the world: emit them, or listen. */
  get events(): Events {
    return this.simulation.events;
  }
  /** The state of the whole room: its fields beside the actors. The same object as `state`. */
  get global(): Omit<S, "actors"> {
    return this.state;
  }
  /**
   * What one actor holds: a player's avatar, by the player or its session id; any other by its id and class.
   * Undefined: it is not here, or of another class.
   *
   * @example
   * const hero = this.of(player);
   * const deer = this.of("deer-7", Deer);
   */
  of(who: string | Pick<Player, "sessionId">): A | undefined;
  of<T extends Actor>(who: string, type: ActorClass<T>): T | undefined;
  of(who: string | Pick<Player, "sessionId">, type?: ActorClass<Actor>): Actor | undefined {
    const id = typeof who === "string" ? who : who.sessionId;
    const actor = type ? this.world.get(id) : this.players.get(id)?.avatar;
    return !type || actor instanceof type ? actor : undefined;
  }
  /**
   * What one of the room's systems remembers.
   *
   * @throws SYSTEM_MISSING the room has no such system, or it remembers nothing
   * @example
   * const { rainyUntil } = this.system(weather);
   */
  system<M>(system: Pick<System<World, RoomContext<S>, M>, "name" | "memory">): M {
    const memory = this.simulation.systems.memories()[system.name];
    if (memory !== undefined) return memory as M;
    throw new RoomkeepError("SYSTEM_MISSING", `No system "${system.name}" of this room remembers anything.`);
  }
  protected override get observers(): StateObservers {
    return this.simulation.observers;
  }
  /** The level's trigger volumes: actors that enter, that leave, that are inside. */
  get triggers(): Triggers {
    return this.simulation.triggers;
  }
  /** Heights and solids of the level. @throws ROOM_NOT_OPEN */
  protected get ground(): Ground {
    return this.simulation.ground;
  }
  /** Bodies of loose things and of walkers; undefined while nothing is loose. @throws ROOM_NOT_OPEN */
  protected get space(): Space | undefined {
    return this.simulation.space;
  }

  /**
   * Registers the effect of answers from outside: a booking of the database, a reply of another server.
   * Returns the function that asks: the question is asked at once, and its answer applied at the start of the
   * tick after it came. Answers are recorded; a re-run applies the recorded ones and asks nothing. So a
   * question changes nothing in the world and draws no chance: what must not wait, such as reserving what
   * others could ask for too, is done before it.
   *
   * @param name of the answers in a recording
   * @param apply is given the answer, or a refusal where there is none, and what the question was about. Both
   *   are JSON: name players and actors by their ids, and look whether they are still there
   * @throws TypeError if the name was used before
   * @example
   * private readonly granted = this.onAnswer<{ who: string }, Booked>("granted", (answer, { who }) => {
   *   const avatar = this.players.get(who)?.avatar;
   *   if (!answer.ok) return answer; // the player gets the refusal
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

  protected override onSetting<V extends object, K extends keyof V & string>(
    settings: V,
    key: K,
    apply: (value: V[K]) => void,
  ): void {
    const name = `setting ${watchOf(settings).nameOf(key)}`;
    const ask = this.onAnswer<null, { ok: true; value: V[K] }>(name, (answer) => {
      if (answer.ok) apply(answer.value);
    });
    const read = () => void ask(null, async () => ({ ok: true, value: settings[key] }));
    read();
    // A re-run has the values in its recording.
    if (this.answers.from === "outside") this.followSetting(settings, key, read);
  }

  /**
   * Items for a room whose avatars are `Carrier`s: bag and equipment, the ground of its zone, shops, trades
   * and deaths, all booked in the database, and all that docs/items.md says a page may ask. Call it once, in
   * `onOpen`.
   *
   * @example
   * protected override onOpen() {
   *   this.useItems<Hero>({ uses: { herb: { done: ({ avatar }) => heal(avatar, 15) } } });
   * }
   */
  protected useItems<C extends Carrier>(this: WorldRoom<S, C>, options: ItemOptions<C> = {}): RoomItems<C> {
    const { players, router: inbox, simulation, zone } = this;
    checkItems(this.constructor.name, {
      avatar: this.sampleAvatar(),
      uses: options.uses ?? {},
      items: this.ports.items,
    });
    const items = openRoomItems<C>(
      {
        players,
        inbox,
        simulation,
        zone,
        items: () => this.ports.items,
        log: () => this.log,
        onAnswer: (name, apply) => this.onAnswer(name, apply),
        suspect: (player, signal) => this.suspect(player, signal),
        hears: (listener, accountId) => this.hears?.(listener, accountId) ?? true,
        traded: openTradeWatch<C>(
          () => this.clock.elapsedTime,
          (player, signal, count) => this.suspect(player, signal, count),
        ),
      },
      options,
    );
    this.roomWorld.items = items;
    return items;
  }

  /**
   * Lets players write components by the message `component.write`: those that name the owner among their
   * `writers`, on their own avatar; those that name moderators, on any actor. Once, in `onOpen`.
   *
   * @example
   * const fields = { hat: t.uint8().default(0) };
   * const Look = defineComponent({ name: "Look", fields, writers: ["owner"] });
   * this.acceptWrites([Look]); // in the room
   * const values = { hat: 3 };
   * room.send("component.write", { actor: room.sessionId, component: "Look", values }); // in the page
   */
  protected acceptWrites(components: Parameters<typeof registerComponentWrites>[2]): void {
    registerComponentWrites(this.router, () => this.world, components);
  }

  /** An avatar of a blank character; undefined: the game makes one of players only. */
  private sampleAvatar(): A | undefined {
    try {
      return this.createAvatar({ client: absentClient(""), claim: blankClaim("") });
    } catch {
      return undefined;
    }
  }

  override check(): void {
    const { matchBy } = (this.constructor as typeof WorldRoom).listing;
    const avatar = this.sampleAvatar();
    checkRoom(this.constructor.name, this, { hasWorld: true, isMatched: matchBy !== undefined, avatar });
    if (this.lobby) checkGathered(this.constructor.name, this.state);
  }

  /**
   * Positions of actors in the page of a player when it sampled the last input frame that the room has taken,
   * at most `rewindMs` back. With `rewindMs` 0 they are the present ones. Judge shots in `onTick` or by a
   * button in `step`, not in a message.
   */
  protected seenBy(player: Pick<Player, "sessionId">): Seen {
    return this.roomWorld.seenBy(player.sessionId, this.liveWorld?.rewind);
  }

  /**
   * Sends players on to another room, as a portal does. A player who cannot go stays and gets the reason.
   *
   * @example
   * this.on("dive", z.strictObject({}), (player) => {
   *   void this.travel([player], { to: "reef", spawn: "buoy" });
   * });
   */
  protected travel(players: readonly Player<A>[], goal: Goal): Promise<void> {
    return this.liveWorld?.travel.send(players, goal) ?? Promise.resolve();
  }

  /**
   * Records from now on all that moves the world: joins, leaves, input frames, messages, commands, async
   * results and the poses that shooters saw. A re-run of it gives the same world, tick by tick, as long as
   * rules change the state by these alone: not by clocks or `Math.random`.
   *
   * @example
   * const recorder = openRecorder({ write: (line) => file.write(line) });
   * room.record(recorder);
   */
  record(recorder: Recorder): void {
    this.roomWorld.record(recorder);
  }

  /**
   * Equal for equal rooms, as 16 hex digits: the world, the players' stats and roles, and the fields of the
   * game that `onKeep` returns.
   */
  hash(): string {
    return this.roomWorld.hash();
  }

  /** Where the time of this room's ticks goes; a re-run measures none. */
  tickProfile(): TickProfile {
    return (this.liveWorld?.clock ?? openTickClock(this, 1000 / this.tickHz)).profile();
  }

  /**
   * Opens the room without a network, for a re-run or a bench: its world, and the game in it. See
   * `openReplay`.
   *
   * @param answers where answers to the room's questions come from
   */
  async openRoomWorld(
    around: Surroundings,
    { answers }: { answers: AsyncResults["from"] },
  ): Promise<RoomWorld<S, A>> {
    this.answers.from = answers;
    this.check();
    this.openParts(around);
    this.onBegin?.();
    await this.onOpen?.();
    this.simulation.begin();
    return this.roomWorld;
  }

  protected override openParts(around: Surroundings): void {
    super.openParts(around);
    const { players, router, console, answers, faultBook: faults, recording, roomName: game } = this;
    this.worldPart = new RoomWorld<S, A>({
      settings: this,
      rules: this.rules(),
      players,
      router,
      console,
      answers,
      faults,
      recording,
      deliver: (event, kind) => {
        broadcastEvent(players, event, kind);
        this.watching?.sight?.tell(event, kind);
      },
      keepEvent: (event) => around.ports.events.keep({ game, roomId: this.roomId, zone: this.zone, event }),
      forgetClient: (client) => this.forgetClient(client),
    });
    if (this.lobby) this.worldLobby = new WorldLobby<A>(this.worldLobbyHost(around), this.lobby);
  }

  private worldLobbyHost(around: Surroundings): WorldLobbyHost<A> {
    const { players, router, state, tickHz, simulation } = this;
    const reach = this.lobbyReach(around);
    return {
      ...reach,
      players,
      router,
      state,
      tickHz,
      tick: () => simulation.tick,
      gathers: () => this.gathers(),
      begin: (how) => this.onStart?.(how),
      // After the tick that it may be in: a recording has what happens between ticks. In a re-run the leave
      // itself is recorded.
      letGo: (player, reason) => {
        if (this.liveWorld) queueMicrotask(() => reach.letGo(player, reason));
      },
    };
  }

  protected override get door(): RoomDoor<Player<A>> | undefined {
    return this.worldLobby;
  }

  /** The hooks of the game, read anew at each call. */
  private rules(): WorldRules<A> {
    return {
      createAvatar: (of) => this.createAvatar(of),
      spawnPlace: (player) => this.spawnPlace(player),
      enter: (player) => {
        this.onEnter?.(player);
        this.worldLobby?.entered(player);
      },
      exit: (player) => this.onExit?.(player),
      changed: () => this.worldLobby?.changed(),
      ...(this.lobby && { moved: (player: Player<A>) => this.worldLobby?.heard(player) }),
      step: (avatar, input, dtS, id) => this.step(avatar, input, dtS, id),
      tick: (dtS) => {
        this.worldLobby?.settle();
        this.onTick?.(dtS);
      },
      keep: () => this.keepForMark(),
      restore: (kept) => this.restoreFromMark(kept),
    };
  }

  private keepForMark(): unknown {
    const game = this.onKeep?.();
    return this.worldLobby ? { wait: this.worldLobby.keepWait(), game: game ?? null } : game;
  }

  private restoreFromMark(kept: unknown): void {
    const { worldLobby } = this;
    const { wait = null, game } = worldLobby
      ? (kept as { wait?: LeadWait | null; game: unknown })
      : { game: kept };
    this.onRestore?.(game);
    worldLobby?.restoreWait(wait);
  }

  protected override allCommands(): readonly Command<this>[] {
    return [...COMMON_COMMANDS, ...this.commands];
  }

  protected override async openLive(opening: RoomOpening): Promise<void> {
    const { roomName, roomId, tickHz } = this;
    checkRates(roomName, this);
    this.inputs = this.defineInput(WalkInput, {
      // A second of input at most; what is older is dropped and acknowledged.
      bufferMaxSize: Math.max(4, Math.ceil(tickHz)),
      sanitize: { moveX: [-127, 127], moveZ: [-127, 127] },
    });
    // Before the first tick: nothing may move until the world is the saved one.
    this.zoneKeeper = await this.keepZone();
    this.liveWorld = {
      opening,
      inputs: this.inputs,
      rewind: this.openRewind(),
      travel: await this.openTravel(),
      clock: openTickClock({ roomName, roomId }, 1000 / tickHz),
    };
    await super.openLive(opening);
  }

  private openRewind(): Rewind | undefined {
    if (this.rewindMs === 0) return undefined;
    const rewind = this.allowRewindState({ maxRewindMs: this.rewindMs });
    rewind.attachAll(this.state.actors, { fields: ["x", "y", "z"] });
    return rewind;
  }

  private async keepZone(): Promise<ZoneKeeper | undefined> {
    const { ports, roomId, simulation, players, zoneFormat: format, log, zone } = this;
    if (!this.persistent || !zone) return undefined;
    const lost = () => void this.disconnect(CLOSE.FENCED);
    return openZone({ zones: ports.zones, zone, roomId, simulation, players, format, log, lost });
  }

  private openTravel(): Promise<RoomTravel<A>> {
    const { players, roomId, roomName, presence, log, router, ports } = this;
    return openRoomTravel<A>({
      players,
      roomId,
      roomName,
      label: this.metadata.label,
      presence,
      characters: ports.characters,
      log,
      router,
      hears: this.hears,
      level: () => this.level,
      zone: () => this.zone,
      waitMs: () => Math.min(Math.max(this.travelWaitMs, 500), 8_000),
      remove: (sessionId) => this.endSession(sessionId),
    });
  }

  protected override async openGame(): Promise<void> {
    // After a restore: it is a setting of the room, not of the world.
    const twoPatchesMs = (2 * this.patchEveryTicks * 1000) / this.tickHz;
    this.state.interpolationMs = this.interpolationMs ?? Math.round(twoPatchesMs);
    if (!this.zoneKeeper?.restored) this.onBegin?.();
    await super.openGame();
    checkActors(this.state.actors.values());
    checkShops(this.constructor.name, this.world, this.ports.items);
    this.simulation.begin();
    this.placed = new Map(this.state.actors.entries());
  }

  protected override async abandon(): Promise<void> {
    await this.zoneKeeper?.giveUp();
  }

  protected override createSerializer(): StableSerializer<S> {
    const { interest } = this;
    const poseThreshold = () => this.poseThreshold;
    this.interestSerializer = interest && new InterestSerializer<S>({ interest, poseThreshold });
    return this.interestSerializer ?? new StableSerializer<S>(undefined, poseThreshold);
  }

  protected override startClock(): void {
    const live = present(this.liveWorld, "inputs");
    const saves = this.autosaveHost();
    const { clock } = this;
    const time = new TickTime(clock.elapsedTime, 1000 / this.tickHz);
    const sendPatch = () => void this.broadcastPatch();
    const tick = new RoomTick<S, A>({
      world: this.roomWorld,
      inputs: live.inputs,
      clock: live.clock,
      recording: this.recording,
      faults: this.faultBook,
      serializer: this.wire,
      detection: this.inputDetection(),
      patchEveryTicks: () => this.patchEveryTicks,
      afterStep: () => this.afterStep(live, saves),
      broadcastPatch: () => time.during(clock, sendPatch),
    });
    this.setFixedTimestep(({ dt }) => {
      time.next(clock.elapsedTime);
      if (this.phase !== "running") return;
      // Not before: a room that takes over in a hot reload has its players by now.
      this.stopRecording ??= this.beginRecording();
      tick.run(dt);
    }, this.tickHz);
    // One patch a tick, sent by the tick itself: a patch never carries half a step. Only once the step is
    // set, or Colyseus starts a second timer that takes the clock's time away from the step.
    this.patchRate = null;
  }

  /** @returns stops */
  private beginRecording(): () => void {
    const { recordings, kept } = this.ports;
    const stop = recordings?.begin(this);
    const { seconds, maxBytes } = kept;
    if (seconds > 0) this.roomWorld.keepLast(openRingRecorder({ seconds, maxBytes }));
    return () => {
      stop?.();
      this.recording.forget();
    };
  }

  /** Watches the input frames of the players. */
  protected inputDetection(): InputDetection<A> {
    return new InputDetection<A>({
      tickHz: this.tickHz,
      players: this.players,
      suspect: (player, signal, count) => this.suspect(player, signal, count),
      options: () => this.cheatDetection,
      now: () => this.clock.elapsedTime,
    });
  }

  protected override lastInputsOf({ watch }: Player<A>): readonly LastInput[] {
    return watch?.last.list() ?? [];
  }

  /** By an answer, which the recording has. */
  protected override tellOfCheat({ sessionId: who }: Player<A>, suspected: CheatSuspected): void {
    void this.askOfCheat({ who }, async () => ({ ok: true, ...suspected }));
  }

  /** By an answer, which the recording has. */
  protected override showName({ sessionId: who }: Player<A>, name: string): void {
    void this.askToRename({ who }, async () => ({ ok: true, name }));
  }

  /** See `GameRoom`. */
  override itemsBooked(characterId: string): boolean {
    const player = this.playerOf(characterId);
    const { items } = this.roomWorld;
    if (player) items?.follow(player);
    return player !== undefined && items !== undefined;
  }

  private afterStep(live: LiveWorld<A>, saves: AutosaveHost<Player<A>>): void {
    const now = this.clock.elapsedTime;
    live.travel.watch();
    this.watching?.sight?.settle();
    this.roomWorld.items?.update();
    saveIfDue(saves, now);
    this.zoneKeeper?.saveIfDue(now);
  }

  protected override autosaveHost(): AutosaveHost<Player<A>> {
    return {
      ...super.autosaveHost(),
      // The hand-over has saved a player who travels, and took the right to write.
      mayWrite: (player) => player.departure === undefined,
      isDirty: (player) => hasChanged(player, this.zone),
      capture: (player) => {
        player.savedPlace = placeOf(player);
        return captureState(player, this.zone);
      },
    };
  }

  protected override sessionsHost(access: InstanceAccess): PlaySessionsHost<Player<A>> {
    const host = super.sessionsHost(access);
    return {
      ...host,
      entered: (player, identity) => this.entered(player, identity),
      setAway: (player, away) => this.roomWorld.setAway(player, away),
      returned: (player) => {
        player.inputs = undefined;
        // After a hot reload the client has no view yet.
        if (!player.client.view) this.showOwnFields(player);
        this.roomWorld.setAway(player, false);
        this.liveWorld?.travel.remind(player);
      },
      capture: (player) => captureState(player, this.zone),
      isHandedOver: ({ departure }) => isHandedOver(departure),
      arrived: async (player, identity) => {
        await host.arrived(player, identity);
        await this.liveWorld?.travel.arrived(player, identity);
      },
      departed: async (player) => {
        await host.departed(player);
        await this.liveWorld?.travel.parties.exit(player);
      },
    };
  }

  protected override get hasOneRoom(): boolean {
    return this.persistent;
  }

  override freeSeat(sessionId: string, closeAfterS = 0): Promise<void> {
    // A kept zone waits for the next player: its world need not be saved and loaded in between.
    return super.freeSeat(sessionId, this.persistent ? COME_BACK_S : closeAfterS);
  }

  protected override admit(client: Client, claim: Claim, identity: Identity): Player<A> {
    return this.roomWorld.join(
      client,
      claim,
      identity.role,
      placeOfArrival(this.level, identity, this.players.size),
    );
  }

  protected override openSight(viewers: ReadonlyMap<string, Viewer>): Sight {
    return openSight({
      viewers,
      players: this.players,
      level: () => this.level,
      placeOf: (actorId) => this.state.actors.get(actorId),
      show: (client, from) => this.interestSerializer?.viewpoint(client, from),
    });
  }

  /** With interest the serializer does it. */
  private showOwnFields({ client, avatar }: Player<A>): void {
    if (this.wire.filtered && !this.interestSerializer) giveOwnView(client, avatar);
  }

  private entered(player: Player<A>, { journey }: Identity): void {
    this.showOwnFields(player);
    player.origin = journey?.carried ? journey.origin : journey?.from;
  }

  protected override takeOut(player: Player<A>): void {
    this.liveWorld?.travel.parties.forget(player.claim.sheet.id);
    this.roomWorld.leave(player);
  }

  protected override forgetClient(client: Client): void {
    this.interestSerializer?.forget(client);
    super.forgetClient(client);
  }

  /** A change to a player who has been handed over would be lost. */
  protected override frozenRefusal({ departure }: Player<A>): Refusal | undefined {
    return departure ? refuse("TRAVELLING") : undefined;
  }

  protected override partyOf(player: Player<A>): readonly { id: string; name: string }[] {
    return this.liveWorld?.travel.parties.othersOf(player) ?? [];
  }

  /** The other room says how a hand-over ended. Called by name through Colyseus, from any process. */
  journeyEnded(sessionId: string, ticket: string, end: JourneyEnd): void {
    this.liveWorld?.travel.ended(sessionId, ticket, end);
  }

  /**
   * The process is about to end: the room opens anew in another one, with its world if its zone is
   * persistent, and the players are handed over to where they stand. Settles when all have gone, or after the
   * longest wait for an arrival; players who are left are saved when the room closes.
   */
  async moveOut(): Promise<void> {
    await this.lock();
    // Dropped players are saved here, and come back into the room that is open then.
    if (![...this.players.values()].some(({ hold }) => hold === undefined)) {
      this.watching?.sendAway(CLOSE.ROOM_ENDED, "nobody plays here any more");
      return;
    }
    this.phase = "moving";
    const { roomName: game, roomId, presence, zoneKeeper, match } = this;
    const { travel, opening } = present(this.liveWorld, "moveOut");
    await travel.carry(async () => {
      this.simulation.end();
      await zoneKeeper?.close();
      const { instance, isHidden: hidden } = opening;
      const successor = await openSuccessor(presence, { game, roomId, instance, hidden, match });
      await this.tellMoved(successor.roomId);
      return successor;
    });
    this.watching?.sendAway(CLOSE.ROOM_MOVED, "the room moved to another process");
    this.log.info({ left: this.players.size }, "room moved to another process");
  }

  protected override openWorldDesk(): WorldDesk {
    const { roomId, simulation, players, recording, ports } = this;
    return openWorldDesk({
      roomId,
      simulation,
      players,
      recording,
      kept: ports.kept,
      build: ports.page.build,
      Game: this.constructor as new () => WorldRoom,
      zone: this.zone,
      level: () => this.level,
      profile: () => this.tickProfile(),
    });
  }

  protected override deskMove(): () => Promise<object> {
    return async () => {
      const { players, ports } = this;
      if (ports.cluster.others() === 0)
        return refuse("ROOM_STAYS", "No other process takes rooms: there is none, or all drain.");
      if (this.phase !== "running") return refuse("ROOM_STAYS", "The room is moving already.");
      const here = [...players.values()].filter(({ hold }) => hold === undefined).length;
      if (here === 0)
        return refuse(
          "ROOM_STAYS",
          "Nobody plays here now: the room opens elsewhere when it is needed again.",
        );
      // It takes longer than a call may. Who could not go is saved, and joins again by matchmaking.
      this.moveOut()
        .catch((error) => this.faultBook.note("move", error))
        .finally(() => void this.disconnect(CloseCode.SERVER_SHUTDOWN));
      return { moving: here };
    };
  }

  override async onDispose(): Promise<void> {
    this.stopRecording?.();
    // A room that could not open has no world.
    if (this.phase !== "replaced") this.worldPart?.simulation.end();
    await this.zoneKeeper?.close();
    await super.onDispose();
  }

  override onCacheRoom(): HotReloadSnapshot {
    this.simulation.end();
    this.stopRecording?.();
    this.zoneKeeper?.handOver();
    return super.onCacheRoom();
  }

  protected override hotReloadHost(): HotReloadHost<Player<A>> {
    const { state, placed } = this;
    return {
      ...super.hotReloadHost(),
      // Actors are kept by themselves; how late they are shown is a setting of the code.
      notAsFields: ["actors", "interpolationMs"],
      living: () => [...state.actors.values()].map((actor) => actor.constructor),
      keepWorld: (by) => ({
        actors: keepActors(state, by),
        placed: [...placed.keys()],
        beside: this.simulation.besideSchema(),
        nextId: this.world.nextId,
      }),
      restoreWorld: ({ world, players }, by) => {
        if (!world) return;
        const ids = new Set(players.map(({ sessionId }) => sessionId));
        restoreActors(world, { ...by, state, placed, players: ids });
        this.world.adopt();
        this.world.nextId = Math.max(this.world.nextId, world.nextId);
      },
      bringBack: (returning, { world }, by) => this.bringBack(returning, world, by),
      resumeWorld: ({ world }) => world && this.simulation.restoreBesideSchema(world.beside),
      keepSeats: () => this.worldLobby?.keep(),
      restoreSeats: (kept) => this.worldLobby?.restore(kept),
    };
  }

  private bringBack(
    { client, claim, was }: Returning,
    world: KeptActors | undefined,
    { classes, lost }: Carrying,
  ): Player<A> {
    // Described by a second avatar: the restored one keeps its present name and colours.
    const described = describe<A>(client, claim, this.createAvatar({ client, claim }), was);
    const avatar = this.createAvatar({ client, claim });
    fillFields(avatar, world?.actors[was.sessionId]?.fields ?? [], classes, lost);
    const player = { ...described, avatar, savedPlace: was.savedPlace ?? described.savedPlace };
    this.roomWorld.place(player);
    return player;
  }
}
