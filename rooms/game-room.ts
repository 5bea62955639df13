import { type Client, Room, type RoomException, SchemaSerializer, type Serializer } from "@colyseus/core";
import { type Schema, schema } from "@colyseus/schema";
import type { z } from "zod";
import { CLOSE, type GameState, type Refusal, RoomkeepError, refuse } from "../shared/index.ts";
import {
  isGameState,
  observeState,
  RECONNECT_S,
  roomMessages,
  type StateListener,
  type StateObservers,
} from "../shared/internal.ts";
import type { Bots } from "./bots/bot.ts";
import { boundHooks, type LateJoins } from "./bounded-hooks.ts";
import type { CheatDetectionOptions, CheatSuspected } from "./cheat-detection/cheat-detection.ts";
import type { CheatSignal } from "./cheat-detection/cheat-signals.ts";
import { openRoomActs } from "./desk/acts.ts";
import { answerDesk, type DeskAnswer, type DeskHost } from "./desk/desk.ts";
import type { WorldDesk } from "./desk/world-desk.ts";
import { type GameListing, type RoomListing, readCreateOptions } from "./game-listing.ts";
import { LastingMatch, type MatchContent } from "./lasting/lasting-match.ts";
import { type MatchHost, restoreMatch, takeMatch } from "./lasting/match-content.ts";
import { watchOf } from "./live-settings.ts";
import { GameSeats, type SeatsHost } from "./lobby/game-seats.ts";
import type { AnyLobby, LobbyHost } from "./lobby/lobby.ts";
import type { RoomDoor } from "./lobby/room-door.ts";
import type { Match } from "./match-options.ts";
import type { Channel } from "./messaging/channel.ts";
import type { ChatDecision } from "./messaging/chat.ts";
import { ROOM_COMMANDS } from "./messaging/commands.ts";
import type { Command, Console } from "./messaging/console.ts";
import {
  announce,
  type DirectMessage,
  type DirectMessages,
  openDirectMessages,
} from "./messaging/direct-messages.ts";
import { type Action, type MessageRouter, refuseTakenTypes } from "./messaging/message-router.ts";
import { maskObscene } from "./messaging/obscenity.ts";
import { openPeopleHere, type PeopleHere } from "./messaging/people.ts";
import type { RateLimit } from "./messaging/rate-limit.ts";
import { ChatHistory } from "./moderation/chat-history.ts";
import { type ModerationHost, RoomModeration } from "./moderation/room-moderation.ts";
import { present } from "./opened.ts";
import { type AutosaveHost, captureStats } from "./persistence/character-saves.ts";
import { DueSaves } from "./persistence/due-saves.ts";
import { type HotReloadHost, restoreHotReload, takeHotReload } from "./persistence/hot-reload.ts";
import type { HotReloadSnapshot } from "./persistence/hot-reload-snapshot.ts";
import {
  type LetGoReason,
  openPlaySessions,
  type PlaySessions,
  type PlaySessionsHost,
} from "./persistence/play-sessions.ts";
import type { ZoneFormat } from "./persistence/zone-saves.ts";
import type { RoomTime } from "./phases/phase-clock.ts";
import type { Phases } from "./phases/phases.ts";
import { describePlayer, type RoomPlayer } from "./player.ts";
import { shownName } from "./player-names.ts";
import type { PluginOf } from "./plugins.ts";
import type { Claim, Identity, ItemTemplates, LastInput, Log, Ports, RoomSanction } from "./ports/ports.ts";
import { takeView } from "./replication/owner-view.ts";
import { StableSerializer } from "./replication/stable-serializer.ts";
import { checkLasting, checkRoom } from "./room-checks.ts";
import { confirmSeats, freeSeat } from "./seat-reservations.ts";
import { type Faults, openFaults } from "./simulation/faults.ts";
import { Recording } from "./simulation/recording.ts";
import { RestingClock } from "./simulation/resting-clock.ts";
import {
  type GameParts,
  openGameParts,
  type PartsHost,
  type RoomOpening,
  type Surroundings,
} from "./surroundings.ts";
import { installClientFastPath } from "./transport/fast-path/client-fast-path.ts";
import { internalsOf } from "./transport/internals.ts";
import { SEND_BYTES_PER_SECOND } from "./transport/send-budget.ts";
import { openStrikes, type Strikes } from "./transport/strikes.ts";
import { type InstanceAccess, openInstanceAccess } from "./travel/instance-access.ts";
import { orJoinError } from "./travel/join-error.ts";
import { instanceKeyOf } from "./travel/party-store.ts";
import { openRoom } from "./travel/room-opening.ts";
import type { Sight } from "./viewers/sight.ts";
import type { Viewer } from "./viewers/viewer.ts";
import { readViewerLimits } from "./viewers/viewer-limits.ts";
import { VIEWER_MESSAGES } from "./viewers/viewer-messages.ts";
import { openViewers, type ViewersOfRoom } from "./viewers/viewers.ts";

/** The parts of a room that has clients. */
interface LiveParts<P extends RoomPlayer> {
  readonly sessions: PlaySessions<P>;
  readonly directMessages: DirectMessages<P>;
  readonly people: PeopleHere<P>;
  readonly access: InstanceAccess;
  readonly moderation: RoomModeration<P>;
}

/** State of a game that has none. */
const NoState = schema({}, "NoState");

/**
 * A room without a 3D world, such as a card table: players join with their character, send messages, chat,
 * drop and return, and are saved. A game extends it and adds its state, its messages and its rules; a game
 * with a world extends `WorldRoom`.
 *
 * @example
 * export class TableRoom extends GameRoom<TableState> {
 *   static override readonly listing = { label: "Table", description: "Cards for four.", maxPlayers: 4 };
 *   override state = new TableState();
 *   protected override onOpen() {
 *     this.on("play", z.strictObject({ card: z.int() }), (player, { card }) => this.play(player, card));
 *   }
 * }
 */
export abstract class GameRoom<S extends Schema = Schema, P extends RoomPlayer = RoomPlayer> extends Room<{
  state: S;
  metadata: RoomListing;
  input: unknown;
}> {
  /** What lists and matchmaking know of the game. Every game has its own. */
  static readonly listing: GameListing = { label: "Room", description: "", maxPlayers: 32 };
  /** Kinds of items of the game. All games of a server share them: one name is one thing. */
  static readonly items: ItemTemplates = {};
  /** Bots that fill the seats of a game with a `GameState`. */
  static readonly bots: Bots | undefined = undefined;

  /** The game's own commands of the console. */
  commands: readonly Command<never>[] = [];
  /**
   * Rate limits of a player's messages, by type, and of an account in all rooms of the game together.
   *
   * @example
   * override rateLimits = { auction: { perSecond: 1, burst: 3, account: { most: 20, withinS: 3600 } } };
   */
  rateLimits: Record<string, RateLimit> = {};
  /**
   * Bytes a second that one client is sent, patches and messages included. Over it far rings are left out
   * before near ones (see `interest`), then patches are skipped.
   */
  sendBytesPerSecond = SEND_BYTES_PER_SECOND;
  /** Frames a second that one client may send; the process's ROOMKEEP_SOCKET_FRAMES, 300, when undefined. */
  framesPerSecond: number | undefined;
  /** Threshold and action of the cheat detection. See docs/cheat-detection.md. */
  cheatDetection: CheatDetectionOptions = {};

  /** Seconds for which the seat of a dropped player is kept. A phone that is locked comes back by it. */
  seatKeptS = RECONNECT_S;
  /** The phases of a game with a `GameState`. */
  readonly phases: Phases | undefined;
  /**
   * How people gather. In a room with a `GameState` the default is a leader, ready marks, kicks and no
   * settings; a room with a world has none unless it declares one, see `WorldRoom.gathers`.
   */
  readonly lobby: AnyLobby | undefined;

  /** The version of a lasting match's saves, and the steps up from older ones. */
  matchFormat: ZoneFormat = {};
  /** The values of the listing's `matchBy` that this room is for. */
  match: Match = {};
  /** The players in the room, by session id; a dropped player stays until the seat is given up. */
  readonly players = new Map<string, P>();
  /** Where what moves the room is written to, if it is recorded. */
  protected readonly recording = new Recording();
  /** Counts caught errors by the place where they arose; read them by `faults`. */
  protected readonly faultBook: Faults = openFaults(
    () => this.parts?.log,
    () => ({ game: this.roomName, roomId: this.roomId }),
  );
  /** Counts the malformed messages and frames of each client. */
  readonly strikes: Strikes = openStrikes(
    () => this.clock.elapsedTime,
    () => this.parts?.log,
    ({ sessionId }) => this.suspectSession(sessionId, "malformed"),
  );
  /** Longest that `onJoin`, `onReconnect`, `onDrop` and `onLeave` may take, ms; then the client is let go. */
  protected readonly hookTimeoutMs: number = 10_000;
  /** The last lines of chat, for reports. */
  private readonly chatHistory = new ChatHistory();
  private lateJoins: LateJoins | undefined;
  /** Screens and spectators. Undefined in a game that takes none, and in a re-run. */
  protected watching: ViewersOfRoom | undefined;
  private parts: GameParts<P> | undefined;
  private live: LiveParts<P> | undefined;
  private stable: StableSerializer<S> | undefined;
  private ownObservers: StateObservers | undefined;
  /** In a room with a `GameState`. */
  private gameSeats: GameSeats<P> | undefined;
  /** In a room whose match outlives it. */
  private lasting: LastingMatch | undefined;
  /** In a room without a world. */
  private resting: RestingClock | undefined;
  private deskHost: DeskHost | undefined;
  private readonly openedMs = Date.now();
  /** Room time goes on while the room rests. */
  private readonly roomTime: RoomTime = {
    now: () => this.clock.elapsedTime + Math.max(0, Date.now() - this.clock.currentTime),
    later: (ms, run) => this.clock.setTimeout(run, ms),
  };
  /**
   * `moving`: to another process, and the world stands still. `replaced`: a room of edited code has taken
   * over, and this one changes and saves nothing any more.
   */
  protected phase: "running" | "moving" | "replaced" = "running";
  /** After an edit of the state's classes: clients of the room before cannot read it, and join anew. */
  private isReshaped = false;
  /** The room's own subscriptions, ended when it closes. */
  private readonly stopListening: (() => void)[] = [];

  /** Once, when the room is ready to be filled. */
  protected onOpen?(): void | Promise<void>;
  /** A player is in the room. */
  protected onEnter?(player: P): void;
  /** The player leaves for good; stats that are written now are saved. */
  protected onExit?(player: P): void;
  /**
   * A seat has another id: a player who came has taken over a bot's. Games that remember seats by their ids
   * do so by the new one; turn and order of turns have it already.
   */
  protected onSeatMoved?(from: string, to: string): void;
  /**
   * A player came to the threshold of the cheat detection. In a room with a world it is called at the start
   * of the next tick and is in the recording, so that it may change the world.
   *
   * @example
   * protected override onCheatSuspected(player: Player, { score }: CheatSuspected) {
   *   player.stats.ranked = false; // plays on, without a rating
   * }
   */
  protected onCheatSuspected?(player: P, suspected: CheatSuspected): void;

  /**
   * A player's chat line, before anybody reads it: return nothing to let it pass, another text, `{ to }` for
   * some players alone, or a refusal. It may change the state: the lines of a room that has it are in its
   * recordings.
   *
   * @example
   * protected override onChat(player: RoomPlayer, text: string) {
   *   if (!text.toLowerCase().includes(this.answer)) return;
   *   this.state.solved.push(player.sessionId);
   *   return refuse("ACTION_REFUSED", "You have it! Tell nobody.");
   * }
   */
  protected onChat?(player: P, text: string): ChatDecision<P>;

  /**
   * Returns the fields of the room that the next room is to have, JSON only: in a hot reload, while you
   * develop, and where the match outlives the room (`lasting` of the listing). The state is kept without it.
   */
  protected onKeep?(): unknown;
  /**
   * The room has taken over in a hot reload, with state and players, or a lasting match is open again in its
   * state, without players. `kept` was returned by {@link onKeep}.
   */
  protected onRestore?(kept: unknown): void;

  /** @throws ROOM_NOT_OPEN before the room opens, such as in an initializer of a field */
  protected get ports(): Ports {
    return this.part("ports");
  }
  /** @throws ROOM_NOT_OPEN */
  protected get log(): Log {
    return this.part("log");
  }
  /** Role-gated commands, for players by message and for operators. @throws ROOM_NOT_OPEN */
  get console(): Console {
    return this.part("console");
  }
  /** @throws ROOM_NOT_OPEN */
  protected get router(): MessageRouter<P> {
    return this.part("router");
  }
  /** The room's own serializer. @throws ROOM_NOT_OPEN */
  protected get wire(): StableSerializer<S> {
    return present(this.stable, "wire");
  }
  /**
   * The API of a plugin of this server. In a re-run, which opens no plugin, each call of it is refused.
   *
   * @throws PLUGIN_MISSING `server/main` does not list the plugin
   * @throws ROOM_NOT_OPEN
   * @example
   * const isFriend = this.plugin(friends).areFriends(a, b);
   */
  plugin<Api>(plugin: PluginOf<Api>): Api {
    return this.part("plugins").api(plugin);
  }
  /**
   * The API of a plugin that the server may lack; undefined then, and in a re-run. What it answers must not
   * move the world.
   *
   * @throws ROOM_NOT_OPEN
   * @example
   * void this.findPlugin(notifications)?.send(accountId, { kind: yourTurn, params: {} });
   */
  findPlugin<Api>(plugin: PluginOf<Api>): Api | undefined {
    return this.part("plugins").find(plugin);
  }
  private part<Name extends keyof GameParts<P>>(name: Name): GameParts<P>[Name] {
    return present(this.parts, name)[name];
  }
  private get sessions(): PlaySessions<P> {
    return present(this.live, "sessions").sessions;
  }

  /** Errors that were caught, by the place where they arose. */
  get faults(): ReadonlyMap<string, number> {
    return this.faultBook.counts;
  }

  /**
   * Registers a message of clients: payloads that do not fit, come too often, or are refused by the game are
   * answered with a reason and change nothing.
   *
   * @throws MESSAGE_TAKEN the type is registered already, by the framework, a plugin or the game
   * @example
   * this.on("ready", z.strictObject({ ready: z.boolean() }), (player, { ready }) => {
   *   player.stats.ready = ready;
   * });
   */
  protected on<T>(type: string, schema: z.ZodType<T>, action: Action<P, T>): void {
    this.router.on(type, schema, action);
  }

  /**
   * Applies a live setting to the room: at once, and after each change by an operator, until the room closes.
   * A room with a world applies it at the start of a tick, the first time in its first one, and has it in its
   * recording: what moves the world comes in by it. Call it in `onOpen`, once a setting.
   *
   * @param settings of `defineSettings`
   * @throws TypeError they are no such settings, or a room with a world follows this one already
   * @example
   * this.onSetting(settings, "isNight", (isNight) => {
   *   this.state.isNight = isNight;
   * });
   */
  protected onSetting<V extends object, K extends keyof V & string>(
    settings: V,
    key: K,
    apply: (value: V[K]) => void,
  ): void {
    apply(settings[key]);
    this.followSetting(settings, key, () => {
      this.resting?.wake();
      apply(settings[key]);
    });
  }

  /** Calls `changed` after each change of a setting, until the room closes. */
  protected followSetting(settings: object, key: string, changed: () => void): void {
    const follow = () => this.faultBook.attempt(`setting ${key}`, changed);
    this.stopListening.push(watchOf(settings).watch(key, follow));
  }

  /**
   * A player's text as others may read it: obscene words are masked by stars, as in the chat. For text that a
   * game shows to others by its state or its messages.
   *
   * @example
   * this.on("team", z.strictObject({ name: z.string().max(20) }), (player, { name }) => {
   *   this.state.team = this.masked(name);
   * });
   */
  protected masked(text: string): string {
    return maskObscene(text);
  }

  /**
   * Counts an attempt that no honest page makes against a player. Points decay; see docs/cheat-detection.md.
   *
   * @param signal of the framework, such as "reach", or a name of the game's own, which has one point
   * @param count how often, or how much
   * @example
   * if (distanceM > 2 * REACH_M + 10) this.suspect(player, "reach");
   */
  protected suspect(player: P, signal: CheatSignal, count = 1): void {
    this.part("cheats").suspect(player, signal, count);
  }

  /**
   * Counts an attempt that honest pages make too, but not so often: each beyond the pace counts as a signal.
   * A connection that stalled brings several at once, so let the burst have two seconds of them.
   *
   * @example
   * if (tick < player.avatar.readyAtTick) {
   *   this.suspectBeyond(player, "fire-rate", { perSecond: 2, burst: 6 });
   *   return refuse("ACTION_REFUSED", "Not yet.");
   * }
   */
  protected suspectBeyond(player: P, signal: CheatSignal, pace: RateLimit): void {
    this.part("cheats").suspectBeyond(player, signal, pace);
  }

  private suspectSession(sessionId: string, signal: CheatSignal): void {
    const player = this.players.get(sessionId);
    if (player) this.parts?.cheats.suspect(player, signal);
  }

  /**
   * Observes the state's own fields and collections: one call a tick with all that changed, what it was and
   * what it is. A room with a world tells as its world settles, any other before each patch. See
   * `observeState`.
   *
   * @param fields names; default: all, in a room with a world without its actors (see `world.observe`)
   * @returns how to stop
   * @example
   * this.observe((changes) => {
   *   for (const { field, to } of changes) this.log.info({ field, to }, "changed");
   * }, ["round"]);
   */
  protected observe(listener: StateListener, fields?: readonly string[]): () => void {
    return this.observers.observe(listener, fields);
  }

  /** Observers of the state's fields. @throws ROOM_NOT_OPEN */
  protected get observers(): StateObservers {
    this.ownObservers ??= observeState(this.state);
    return this.ownObservers;
  }

  /** Colyseus calls it before each patch. */
  override onBeforePatch(): void {
    this.ownObservers?.settle((error) => this.faultBook.note("observe", error));
  }

  /** Sends a line to everybody on the server, in every room. A re-run sends nothing. */
  announce(text: string): void {
    if (!this.live) return;
    announce(this.presence, text).catch((error) => {
      this.log.warn({ err: error }, "an announcement could not be made");
    });
  }

  /**
   * Mutes an account in every room of all processes; the moderator is a player here, or an operator. A re-run
   * mutes nobody.
   */
  muteAccount(accountId: string, by: string, { minutes, reason }: { minutes: number; reason: string }): void {
    if (!this.live) return;
    void this.ports.sanctions.give({ kind: "mute", accountId, minutes, reason, by: this.moderatorOf(by) });
  }

  /** Lifts all mutes of an account. A re-run lifts none. */
  unmuteAccount(accountId: string, by: string): void {
    if (this.live) void this.ports.sanctions.unmute(accountId, this.moderatorOf(by));
  }

  private moderatorOf(sessionId: string): RoomSanction["by"] {
    const { role, claim } = this.players.get(sessionId) ?? {};
    return role && claim && { accountId: claim.sheet.accountId, role };
  }

  /** Colyseus calls it when the room is made. Override {@link onOpen} instead, or call this one first. */
  override async onCreate(options: unknown): Promise<void> {
    await orJoinError(this.create(options));
  }

  /**
   * Looks for what a builder forgets, before the room opens; the server does it when it starts, too.
   *
   * @throws GAME_INVALID, STATE_UNTRACKED
   */
  check(): void {
    const { name, listing } = this.constructor as typeof GameRoom;
    checkRoom(name, this, { hasWorld: false });
    checkLasting(name, listing.lasting, this.phases, this.state);
  }

  /** @throws GAME_INVALID a game's own `onCreate` did not call the one that it overrides */
  checkOpened(): void {
    if (this.live) return;
    const text = `${this.constructor.name} did not open: its onCreate must call super.onCreate(options). Use onOpen instead.`;
    throw new RoomkeepError("GAME_INVALID", text);
  }

  private async create(options: unknown): Promise<void> {
    const wanted = readCreateOptions(options);
    const { ports, plugins } = wanted;
    const { listing } = this.constructor as typeof GameRoom;
    // A room of messages alone: patches, and with them saves, go by a state.
    this.state ??= new NoState() as unknown as S;
    this.check();
    this.stopListening.push(ports.openRoom());
    const { hasOneRoom } = this;
    const opening = await openRoom(this, listing, { hasOneRoom, wanted, options });
    this.seatReservationTimeout = 10;
    const arrived = () => this.resting?.wake();
    installClientFastPath(
      this,
      this.strikes,
      () => this.framesPerSecond,
      arrived,
      (client, frame) => this.watching?.mayReceive(client, frame) ?? true,
    );
    confirmSeats(this, ports.seats);
    if (listing.spectators || listing.screens) this.watching = this.openViewers(ports);
    this.lateJoins = boundHooks(this, {
      maxMs: this.hookTimeoutMs,
      fault: (hook, error) => this.faultBook.note(hook, error),
    });
    const log = ports.log.child({ room: this.roomName, roomId: this.roomId });
    this.openParts({ ports, plugins, log, network: this });
    try {
      await this.openLive(opening);
      const saved = await this.openLasting(opening);
      this.startClock();
      await this.openGame(saved);
      refuseTakenTypes(internalsOf(this).onMessageEvents.events);
    } catch (error) {
      await this.abandon();
      throw error;
    }
    log.info({ private: opening.isHidden }, "room opened");
  }

  private openViewers(ports: Ports): ViewersOfRoom {
    const { listing } = this.constructor as typeof GameRoom;
    return openViewers({
      room: this as never,
      limits: readViewerLimits(listing),
      ports,
      log: ports.log.child({ room: this.roomName, roomId: this.roomId }),
      strikes: this.strikes,
      admit: async ({ accountId, characterId, wasIn }) => {
        this.door?.refuseAccount(accountId);
        if (wasIn !== this.roomId) await present(this.live, "access").access.ask(characterId);
      },
      sanctions: (identity) => ports.sanctions.atJoin(identity),
      plugins: {
        load: (identity) => this.part("pluginParts").load(identity),
        watched: (accountId) => this.part("pluginParts").watched(accountId),
        unwatched: (accountId) => this.part("pluginParts").unwatched(accountId),
        viewerHears: (listener, speaker) => this.part("pluginParts").viewerHears(listener, speaker),
      },
      entered: (viewer, sanctions) => this.live?.moderation.viewerEntered(viewer, sanctions),
      isReshaped: () => this.isReshaped,
      sight: (viewers) => this.openSight(viewers),
      forget: (client) => this.forgetClient(client),
      isReplaced: () => this.phase === "replaced",
    });
  }

  /** Where viewers look from, in a room with a world. */
  protected openSight(_viewers: ReadonlyMap<string, Viewer>): Sight | undefined {
    return undefined;
  }

  /** Screens and spectators, by session id. */
  get viewers(): ReadonlyMap<string, Viewer> {
    return this.watching?.all ?? new Map();
  }

  /** The parts that need no clients; a re-run opens the same. */
  protected openParts(around: Surroundings): void {
    const host: PartsHost<this, P> = {
      room: this,
      players: this.players,
      commands: this.allCommands(),
      rateLimits: this.rateLimits,
      closed: this.closed,
      strikes: this.strikes,
      recording: this.recording,
      faults: this.faultBook,
      chat: this.chatHistory,
      onChat: this.onChat && ((player, text) => this.onChat?.(player, text)),
      cheatDetection: () => this.cheatDetection,
      lastInputs: (player) => this.lastInputsOf(player),
      suspected: (player, suspected) => this.tellOfCheat(player, suspected),
      frozen: (player) => this.frozenRefusal(player),
      heard: (player) => this.door?.heard(player),
      saved: () => this.lasting?.hold(),
      viewer: (client, type, payload) => this.watching?.receive(client, type, payload),
    };
    this.parts = openGameParts(host, around);
    const state: unknown = this.state;
    if (isGameState(state)) this.gameSeats = new GameSeats(this.seatsHost(state, around));
  }

  /** What joins and messages meet of the lobby; undefined: the room has none. */
  protected get door(): RoomDoor<P> | undefined {
    return this.gameSeats;
  }

  /** How the lobby reaches the people of a room. */
  protected lobbyReach({
    network,
  }: Surroundings): Pick<LobbyHost<P>, "letGo" | "viewer" | "letGoViewers" | "notice"> {
    return {
      letGo: ({ claim }, reason) => void this.letGo(claim.sheet.id, claim.epoch, reason),
      viewer: (id) => {
        const viewer = this.watching?.all.get(id);
        return viewer && { accountId: viewer.identity.accountId, client: viewer.client };
      },
      letGoViewers: (accountId) => this.watching?.kick(accountId),
      notice: (code, text, to) =>
        to ? to.client.send("notice", { code, text }) : network.broadcast("notice", { code, text }),
    };
  }

  private seatsHost(state: GameState, around: Surroundings): SeatsHost<P> {
    const { players, lobby, phases, router, faultBook: faults, roomTime } = this;
    const { name: room, bots, listing } = this.constructor as typeof GameRoom;
    return {
      ...roomTime,
      ...this.lobbyReach(around),
      room,
      state,
      players,
      lobby,
      phases,
      bots,
      lasts: listing.lasting !== undefined,
      router,
      faults,
      wire: this.wire as unknown as StableSerializer<Schema>,
      createPlayer: (client, claim, identity) => this.createPlayer(client, claim, identity),
      seatMoved: (from, to) => faults.attempt("onSeatMoved", () => this.onSeatMoved?.(from, to)),
    };
  }

  /** The last input frames of a player, for a flag. */
  protected lastInputsOf(_player: P): readonly LastInput[] {
    return [];
  }

  /** Tells the game by `onCheatSuspected`; what that throws is counted among the faults. */
  protected tellOfCheat(player: P, suspected: CheatSuspected): void {
    this.faultBook.attempt("onCheatSuspected", () => this.onCheatSuspected?.(player, suspected));
  }

  private get closed(): readonly Channel[] {
    return (this.constructor as typeof GameRoom).listing.closed ?? [];
  }

  /** The commands of the console, those of the game last. */
  protected allCommands(): readonly Command<this>[] {
    return [...ROOM_COMMANDS, ...this.commands];
  }

  /** The parts that need clients: play sessions, and messages of other rooms. */
  protected async openLive({ isHidden, instance }: RoomOpening): Promise<void> {
    const { players, roomId, roomName, presence, log, router, ports } = this;
    const directMessages = await openDirectMessages<P>(
      {
        players,
        roomId,
        presence,
        log,
        partyOf: (player) => this.partyOf(player),
        closed: this.closed,
        chat: this.chatHistory,
        hears: this.hears,
        announce: (text) => this.broadcast("notice", { code: "ANNOUNCEMENT", text }),
      },
      router,
    );
    const askKey = (characterId: string) => instanceKeyOf(presence, characterId);
    const access = openInstanceAccess({ key: instance, askKey, presence, roomName, roomId, log });
    const moderation = new RoomModeration(this.moderationHost(), router);
    const { told } = this.part("pluginParts");
    const people = openPeopleHere<P>({ players, roomId, presence, told });
    const sessions = openPlaySessions(this.sessionsHost(access));
    this.live = { sessions, directMessages, people, access, moderation };
    router.reply("room.seat", roomMessages["room.seat"], ({ client, claim }) => {
      const stay = { game: roomName, roomId, hidden: isHidden, instance, characterId: claim.sheet.id };
      const { seatKeptS: keptS, match } = this;
      const { build } = ports.page;
      client.send("room.seat", { returnToken: ports.returns.sign(stay), build, keptS, match });
    });
    if (this.watching) {
      for (const type of VIEWER_MESSAGES)
        router.reply<unknown>(type, roomMessages[type], () =>
          refuse("ACTION_REFUSED", "You have a seat already."),
        );
      this.watching.on("room.seat", roomMessages["room.seat"], ({ as, client, identity }) => {
        const { build } = ports.page;
        if (as === "spectator") return client.send("room.seat", { build });
        // A screen opens its room anew under the same code.
        const stay = {
          game: roomName,
          roomId,
          hidden: isHidden,
          instance,
          characterId: identity.characterId,
        };
        client.send("room.seat", { returnToken: ports.returns.sign(stay), build, match: this.match });
      });
    }
    this.stopListening.push(
      moderation.watch(),
      ports.characters.onFenced((id, epoch) => this.letGo(id, epoch, "fenced")),
      ports.signIns.watch({
        signIns: () => [
          ...[...players.values()].flatMap(({ signInId }) => signInId ?? []),
          ...[...this.viewers.values()].flatMap(({ identity }) => identity.signInId ?? []),
        ],
        ended: (signInIds) => {
          this.watching?.signOut(signInIds);
          void this.sessions.signOut(signInIds);
        },
      }),
    );
  }

  private moderationHost(): ModerationHost<P> {
    const { players, roomName, roomId, ports, log, chatHistory: chat } = this;
    const { all: viewers = new Map<string, Viewer>() } = this.watching ?? {};
    return {
      players,
      viewers,
      roomName,
      roomId,
      ports,
      log,
      chat,
      letGo: ({ claim }, reason) => void this.letGo(claim.sheet.id, claim.epoch, reason),
      tellViewer: (viewer, message) => this.watching?.tell(viewer, "sanction", message),
      removeViewer: (viewer, code, reason) => this.watching?.remove(viewer, code, reason),
    };
  }

  /** Patches and saves begin, as far as any are due; a room with a world begins to tick. */
  protected startClock(): void {
    const saves = new DueSaves(this.autosaveHost(), this.roomTime);
    this.resting = new RestingClock({
      room: this,
      wire: this.wire as unknown as StableSerializer<Schema>,
      hold: () => this.lasting?.hold(),
      patched: (changed) => {
        saves.look();
        if (changed) this.gameSeats?.stir();
      },
    });
  }

  /**
   * Opens what the game adds: `onOpen` runs in it.
   *
   * @param saved of a lasting match that opens again
   */
  protected async openGame(saved?: MatchContent): Promise<void> {
    await this.onOpen?.();
    if (saved) restoreMatch(this.matchHost(), saved);
    else this.gameSeats?.begin();
    this.lasting?.begin();
  }

  /** The room could not open: its claims are freed for the next attempt. */
  protected async abandon(): Promise<void> {
    await this.lasting?.giveUp();
  }

  /** @returns the match that opens again in this room; undefined: there is none */
  private async openLasting({ isHidden: hidden }: RoomOpening): Promise<MatchContent | undefined> {
    const { listing } = this.constructor as typeof GameRoom;
    const { gameSeats } = this;
    if (!listing.lasting || !gameSeats) return undefined;
    const { ports, log, roomName: game, roomId: code, matchFormat: format } = this;
    this.lasting = new LastingMatch({
      matches: ports.matches,
      log,
      game,
      code,
      hidden,
      days: listing.lasting.days,
      format,
      phase: () => (this.state as unknown as GameState).phase,
      isOn: () => gameSeats.isOn,
      take: () => takeMatch(this.matchHost()),
      seats: () => gameSeats.owned,
      list: (open) => {
        if (!hidden) this.setPrivate(!open).catch((error) => this.faultBook.note("setPrivate", error));
      },
      lost: () => void this.disconnect(CLOSE.FENCED),
    });
    return this.lasting.open();
  }

  private matchHost(): MatchHost {
    return {
      state: this.state as unknown as GameState,
      seats: present(this.gameSeats, "seats"),
      faults: this.faultBook,
      values: {
        get: () => this.match,
        set: (match) => {
          this.match = match;
        },
      },
      keep: () => this.onKeep?.(),
      restore: (kept) => this.onRestore?.(kept),
    };
  }

  /** The side of the room that its play sessions use. */
  protected sessionsHost(access: InstanceAccess): PlaySessionsHost<P> {
    const { players, roomName, roomId, ports, log } = this;
    return {
      players,
      roomName,
      roomId,
      ports,
      log,
      access,
      admit: (client, claim, identity) => this.admit(client, claim, identity),
      load: (identity) => this.part("pluginParts").load(identity),
      isLate: (client) => this.lateJoins?.has(client) ?? false,
      sanctioned: (player, sanctions) => this.live?.moderation.entered(player, sanctions),
      entered: (player) => this.gameSeats?.show(player),
      joined: (player, identity) => this.part("pluginParts").joined(player, identity),
      left: (player, ending) => {
        this.live?.moderation.left(player);
        this.part("pluginParts").left(player, ending);
      },
      remove: (player) => this.takeOut(player),
      setAway: (player, away) => {
        this.recording.betweenTicks?.away(player.sessionId, away);
        this.gameSeats?.setAway(player, away);
      },
      returned: (player) => {
        // After a hot reload the client has no view yet.
        if (!player.client.view) this.gameSeats?.show(player);
        this.gameSeats?.setAway(player, false);
      },
      keepSeat: (client) => this.allowReconnection(client, this.seatKeptS),
      capture: (player) => captureStats(player),
      isHandedOver: () => false,
      arrived: async (player) => {
        await Promise.all([this.live?.directMessages.enter(player), this.live?.people.enter(player)]);
      },
      departed: async (player) => {
        await Promise.all([this.live?.directMessages.exit(player), this.live?.people.exit(player)]);
      },
    };
  }

  /** What saving players needs of this kind of room. */
  protected autosaveHost(): AutosaveHost<P> {
    return {
      players: this.players,
      characters: this.ports.characters,
      log: this.log,
      mayWrite: () => this.phase !== "replaced",
      isDirty: (player) => player.statsChanged,
      capture: (player) => captureStats(player),
    };
  }

  /** The reason why no message of a player may move the room now; undefined: it may. */
  protected frozenRefusal(_player: P): Refusal | undefined {
    return this.lasting?.refusal;
  }

  /** The other members of a player's party. */
  protected partyOf(_player: P): readonly { id: string; name: string }[] {
    return [];
  }

  /** Makes a player's record. A game whose players have more fields overrides it. */
  protected createPlayer(client: Client, claim: Claim, identity: Identity): P {
    return describePlayer(client, claim, identity) as P;
  }

  /** Takes a player out of the room whose play session ends here; saves nothing. */
  protected endSession(sessionId: string): void {
    const player = this.players.get(sessionId);
    if (player) this.sessions.end(player, "left");
  }

  /** True: there is one room of this game in the whole cluster. */
  protected get hasOneRoom(): boolean {
    return false;
  }

  /**
   * Frees a seat that nobody has taken. Called by name through Colyseus, from any process.
   *
   * @param closeAfterS seconds that an empty room waits for a player who comes back to it
   */
  async freeSeat(sessionId: string, closeAfterS = 0): Promise<void> {
    if (!this.watching?.free(sessionId)) await freeSeat(this, sessionId, closeAfterS);
  }

  /** The part of a join that changes the room. */
  protected admit(client: Client, claim: Claim, identity: Identity): P {
    this.recording.betweenTicks?.join(client.sessionId, claim.sheet, identity.role);
    const player = this.createPlayer(client, claim, identity);
    player.name = shownName(this.players.values(), player);
    this.players.set(player.sessionId, player);
    this.gameSeats?.enter(player);
    this.onEnter?.(player);
    return player;
  }

  /** The part of a leave that changes the room. */
  protected takeOut(player: P): void {
    this.recording.betweenTicks?.leave(player.sessionId);
    this.faultBook.attempt("onExit", () => this.onExit?.(player));
    this.router.forget(player.client);
    this.forgetClient(player.client);
    this.players.delete(player.sessionId);
    this.gameSeats?.exit(player);
  }

  /** The client of a player who leaves for good sees nothing of the room any more. */
  protected forgetClient(client: Client): void {
    takeView(client);
  }

  /** Colyseus calls it for a client with a seat. Override {@link onEnter} instead. */
  override async onJoin(client: Client, _options: unknown, identity: Identity): Promise<void> {
    this.resting?.wake();
    if (this.players.has(client.sessionId)) return this.comeBack(client);
    this.door?.refuseAccount(identity.accountId);
    this.gameSeats?.refuseStranger(identity);
    await this.sessions.join(client, identity);
  }

  /** Back after a hot reload. */
  private async comeBack(client: Client): Promise<void> {
    await this.onReconnect(client);
    // Once the join is through: the seat is kept then, and the room with it.
    if (this.isReshaped) setImmediate(() => client.leave(CLOSE.RESHAPED, "the state has other classes now"));
  }

  /**
   * A client comes back by its token while its connection is still open: a page that was copied with its
   * storage. The older page is told, so that it does not take the seat for one that it dropped.
   */
  override checkReconnectionToken(token: string): string {
    this.door?.refuseToken(token);
    const client = this.clients.find(({ reconnectionToken }) => reconnectionToken === token);
    // Colyseus closes it by a code that pages take for a lost connection; the first code counts.
    if (client) (client.ref as unknown as WebSocket).close(CLOSE.TAKEN_OVER, "taken-over");
    return super.checkReconnectionToken(token);
  }

  /** Colyseus calls it when a connection is lost; the seat is kept for a while. */
  override onDrop(client: Client, code?: number): void {
    if (this.phase === "replaced") return;
    this.resting?.wake();
    const player = this.players.get(client.sessionId);
    if (player && !this.strikes.isOut(client)) this.parts?.cheats.closed(player, code);
    this.sessions.drop(client, code);
  }

  /**
   * A seat is as good as the sign-in that it was taken with, which may have ended while the player was away.
   */
  override async onReconnect(client: Client): Promise<void> {
    const { signInId } = this.players.get(client.sessionId) ?? {};
    if (signInId === undefined || (await this.ports.signIns.isGood(signInId)))
      return this.sessions.reconnect(client);
    await this.sessions.signOut(new Set([signInId]));
    client.leave(CLOSE.SIGNED_OUT, "signed-out");
  }

  /** The players of a room that was replaced are the next room's. */
  override async onLeave(client: Client, code?: number): Promise<void> {
    if (this.phase !== "replaced") await this.sessions.leave(client, code);
  }

  /** Colyseus calls it when the room's code was edited, before it makes the room that takes over. */
  override onCacheRoom(): HotReloadSnapshot {
    this.phase = "replaced";
    this.resting?.close();
    this.lasting?.handOver();
    return { ...takeHotReload(this.hotReloadHost()), viewers: this.watching?.keep() ?? [] };
  }

  /**
   * Colyseus calls it in the room that takes over; the seats wait for the players, who return by themselves.
   */
  override onRestoreRoom(kept: HotReloadSnapshot): void {
    this.watching?.adopt(kept.viewers ?? []);
    this.ports.sanctions.look(); // whoever is back is muted still
    this.isReshaped = !restoreHotReload(this.hotReloadHost(), kept);
  }

  /** What a hot reload needs of this kind of room. */
  protected hotReloadHost(): HotReloadHost<P> {
    const { state, players, log, faultBook: faults } = this;
    return {
      state,
      players,
      log,
      faults,
      wire: this.wire as unknown as StableSerializer<Schema>,
      characters: this.ports.characters,
      notAsFields: [],
      living: () => [],
      keepWorld: () => undefined,
      restoreWorld: () => {},
      bringBack: ({ client, claim, was: { role, address } }) => {
        const { id: characterId, accountId } = claim.sheet;
        return this.createPlayer(client, claim, { accountId, characterId, role, address });
      },
      resumeWorld: () => {},
      keepSeats: () => this.gameSeats?.keep(),
      restoreSeats: (kept) => this.gameSeats?.restore(kept),
      keep: () => this.onKeep?.(),
      restore: (game) => this.onRestore?.(game),
    };
  }

  /**
   * Takes a player out of the room at once: another login has the character, or the sign-in has ended (save
   * and release), or the lease was lost (drop the copy; a save would be refused).
   */
  async letGo(characterId: string, epoch: number, reason: LetGoReason): Promise<void> {
    await this.sessions.letGo(characterId, epoch, reason);
  }

  /**
   * An operator has booked items or coins of a character. Called by name through Colyseus, from any process.
   * False: nothing here shows them.
   */
  itemsBooked(_characterId: string): boolean {
    return false;
  }

  /**
   * An operator has given a character another name. Called by name through Colyseus, from any process. False:
   * it is not here.
   */
  renameCharacter(characterId: string, name: string): boolean {
    const player = this.playerOf(characterId);
    if (!player) return false;
    // Another sheet: a recording holds the one of the join.
    Object.assign(player.claim, { sheet: { ...player.claim.sheet, name } });
    const others = [...this.players.values()].filter((one) => one !== player);
    this.showName(player, shownName(others, player));
    this.live?.people.enter(player).catch((error) => this.faultBook.note("renameCharacter", error));
    return true;
  }

  /** The player of a character. */
  protected playerOf(characterId: string): P | undefined {
    return [...this.players.values()].find(({ claim }) => claim.sheet.id === characterId);
  }

  /** All see another name. */
  protected showName(player: P, name: string): void {
    player.name = name;
    this.gameSeats?.rename(player);
  }

  /**
   * Answers a request of the operator's desk with plain JSON, and never throws. Called by name through
   * Colyseus, from any process.
   */
  desk(request: unknown): Promise<DeskAnswer> {
    this.resting?.wake();
    this.deskHost ??= this.openDesk();
    return answerDesk(this.deskHost, request);
  }

  /** What the desk sees and does here. */
  private openDesk(): DeskHost {
    const { roomId, roomName: game, players, faults, console, ports, metadata, openedMs } = this;
    const viewers = this.viewers;
    const acts = openRoomActs({
      room: this,
      players,
      viewers,
      log: () => this.log,
      moveOut: this.deskMove(),
    });
    return {
      roomId,
      game,
      label: metadata.label,
      players,
      viewers,
      faults,
      console,
      kept: ports.kept,
      acts,
      state: () => this.state,
      numbers: () => ({
        locked: this.locked,
        hidden: internalsOf(this)._listing.private ?? false,
        clients: this.clients.length,
        maxClients: this.maxClients,
        openedMs,
      }),
      world: this.openWorldDesk(),
    };
  }

  /** The desk's part of a room with a world. */
  protected openWorldDesk(): WorldDesk | undefined {
    return undefined;
  }

  /** Moves the room to another process for the desk; undefined: this kind of room stays. */
  protected deskMove(): (() => Promise<object>) | undefined {
    return undefined;
  }

  /** A direct message from another room, in whichever process. False: its reader is not here. */
  takeLetter(message: DirectMessage): boolean {
    return this.live?.directMessages.take(message) ?? false;
  }

  /**
   * A plugin's message to an account, by `people.tell`. Called by name through Colyseus, from any process.
   * False: no client of the account is here.
   */
  tellAccount(accountId: string, type: string, payload: unknown): Promise<boolean> {
    return this.live?.people.take(accountId, type, payload) ?? Promise.resolve(false);
  }

  /** Tells plugins which room takes the place of this one, before its players go there. */
  protected tellMoved(successorId: string): Promise<void> {
    return this.part("pluginParts").moved(successorId);
  }

  /** Whether a player reads what an account writes; undefined: everybody reads everything. */
  get hears(): ((listener: RoomPlayer, speakerAccountId: string) => boolean) | undefined {
    return this.part("pluginParts").hears;
  }

  /** Colyseus calls it when the last seat is gone: the room saves and closes. */
  override async onDispose(): Promise<void> {
    this.resting?.close();
    for (const stop of this.stopListening) stop();
    this.deskHost?.world?.close();
    this.watching?.close();
    await this.lasting?.close();
    // A room that could not open has no sessions.
    await this.live?.access.close();
    this.parts?.log.info({}, "room closed");
  }

  /** Colyseus sends errors of handlers, timers and hooks here, instead of ending the process. */
  override onUncaughtException(error: RoomException, method: string): void {
    this.faultBook.note(method, error.cause ?? error);
  }

  /**
   * Each assignment of the state installs the stock serializer; ours takes its place. Same wire, but frames
   * that stay as they were sent, and readers that are bounded.
   */
  override setSerializer(serializer: Serializer<S>): void {
    const isStock = serializer instanceof SchemaSerializer && !(serializer instanceof StableSerializer);
    if (isStock) {
      this.stable = this.createSerializer();
      this.stable.backpressure.budgets.limit = () => this.sendBytesPerSecond;
    }
    super.setSerializer(isStock ? this.wire : serializer);
  }

  /** Makes the room's serializer; a room with interest management has another one. */
  protected createSerializer(): StableSerializer<S> {
    return new StableSerializer<S>();
  }
}
