import { type Client, matchMaker } from "@colyseus/core";
import {
  type Actor,
  type Avatar,
  CLOSE,
  RECONNECT_S,
  roomMessages,
  type WorldState,
} from "../shared/index.ts";
import { createOptions } from "./game-listing.ts";
import {
  announce,
  type DirectMessage,
  type DirectMessages,
  openDirectMessages,
} from "./messaging/direct-messages.ts";
import { captureState, releaseCharacter, saveIfDue } from "./persistence/character-saves.ts";
import {
  type HotReloadSnapshot,
  restoreActors,
  restorePlayers,
  takeHotReloadSnapshot,
} from "./persistence/hot-reload-snapshot.ts";
import { openZone, type ZoneKeeper } from "./persistence/zone-saves.ts";
import type { Player } from "./player.ts";
import type { Identity, PlaySessionEnding } from "./ports/ports.ts";
import { giveOwnView } from "./replication/owner-view.ts";
import { confirmSeats, freeSeat } from "./seat-reservations.ts";
import { SimulatedRoom } from "./simulated-room.ts";
import { installClientFastPath } from "./transport/client-fast-path.ts";
import { claimArrival, placeOfArrival } from "./travel/arrival.ts";
import { type InstanceAccess, openInstanceAccess } from "./travel/instance-access.ts";
import { orJoinError } from "./travel/join-error.ts";
import { openOverflowRooms } from "./travel/overflow-rooms.ts";
import { openParties, type Parties } from "./travel/party.ts";
import { codeOf, type Goal, type JourneyEnd, tellOrigin } from "./travel/portal.ts";
import { uniqueCode } from "./travel/room-code.ts";
import { openSuccessor, refuseFull } from "./travel/room-finder.ts";
import { openTravel, type Travel } from "./travel/travel.ts";

/** Longest wait, ms, for those who were carried over: what a room waits for a traveller, and a little. */
const MOVE_MAX_MS = 9_000;
/** How long an empty kept zone waits for whoever gave up the last seat, seconds. */
const COME_BACK_S = 3;
/** Longest wait, ms, for the party to hear that somebody has left. */
const PARTY_MAX_MS = 1_000;

/**
 * A room with actors in a level: players join with their character, walk by predicted input, push what is loose,
 * chat, drop and return, and are saved. A game extends it and adds its state, its systems, its messages and its rules.
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
> extends SimulatedRoom<S, A> {
  // Undefined in a rehearsal, which goes nowhere.
  private ways!: Travel<A>;
  private parties!: Parties<A>;
  private door!: InstanceAccess;
  /** What parties are told of each player: of the coming before of the going. */
  private readonly meetings = new WeakMap<Player<A>, Promise<void>>();
  private letters!: DirectMessages<A>;
  private readonly stopListening: (() => void)[] = [];
  private keeper: ZoneKeeper | undefined;
  private stopRecording: (() => void) | undefined;
  /** Actors that the room placed when it opened, for {@link onRestoreRoom}. */
  private placed: ReadonlyMap<string, Actor> = new Map();
  /** True once a room of edited code takes over: this one changes and saves nothing any more. */
  private replaced = false;
  /** True while the room moves to another process: its world stands still. */
  private moving = false;
  /** Whom this instance is for; undefined in a room that is none. */
  private instance: string | undefined;
  /** True: on no list, entered by its code. */
  private hidden = false;

  // ── Life of the room ──────────────────────────────────────────────────────────────────────────────────────────

  override async onCreate(options: unknown): Promise<void> {
    await orJoinError(this.open(options));
  }

  private async open(options: unknown): Promise<void> {
    const { ports, private: isPrivate, instance, successor } = createOptions.parse(options);
    const { listing } = this.constructor as typeof WorldRoom;
    this.stopListening.push(ports.openRoom());
    if (this.persistent && !successor) await refuseFull(this.roomName);
    this.roomId = await uniqueCode(this.roomId);
    this.maxClients = listing.maxPlayers;
    this.metadata = { label: listing.label, game: this.roomName };
    // A kept zone has one room: whoever opened it for themselves would keep everybody out.
    const wish = this.persistent ? undefined : isPrivate;
    this.hidden = listing.instance || (wish ?? listing.private ?? false);
    if (this.hidden) await this.setPrivate(true);
    this.seatReservationTimeout = 10;
    installClientFastPath(this, this.strikes);
    confirmSeats(this, ports.seats);
    this.openWorld(ports, ports.log.child({ room: this.roomName, roomId: this.roomId }));
    this.setRates();
    // Before the first tick: nothing may move until the world is the saved one.
    if (this.persistent && this.zone) await this.keepZone(this.zone);
    this.startTicking();
    this.instance = listing.instance ? instance : undefined;
    await this.openWays(listing.label, this.instance);
    this.stopListening.push(ports.characters.onFenced((id, epoch) => this.letGo(id, epoch, "fenced")));
    await this.openGame();
    this.log.info({ private: this.hidden }, "room opened");
  }

  private async openWays(label: string, instance: string | undefined): Promise<void> {
    const { players, roomId, roomName, presence, log, inbox } = this;
    this.parties = await openParties<A>({ players, roomId, label, presence, log }, inbox);
    const { askKey } = this.parties;
    this.door = openInstanceAccess({ key: instance, askKey, presence, roomName, roomId, log });
    const room = this;
    this.ways = openTravel<A>({
      players,
      roomId,
      presence,
      log,
      roomName,
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
    this.letters = await openDirectMessages<A>(
      {
        players,
        roomId,
        presence,
        log,
        partyOf: (player) => this.parties.othersOf(player),
        announce: (text) => this.broadcast("notice", { code: "ANNOUNCEMENT", text }),
      },
      inbox,
    );
    openOverflowRooms<A>(
      {
        roomId,
        roomName,
        send: (group, goal) => this.ways.send(group, goal),
        companions: (player) => this.parties.companions(player).along,
      },
      inbox,
    );
    inbox.reply("travel.back", roomMessages["travel.back"], (player) => this.ways.cannot(player));
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
    const lost = () => void this.disconnect(CLOSE.FENCED);
    this.keeper = await openZone({
      zones: ports.zones,
      zone,
      roomId,
      simulation,
      players,
      format,
      log,
      lost,
    });
  }

  protected override runTick(dt: number): void {
    if (this.replaced || this.moving) return;
    // Not before: a room that takes over in a hot reload has its players by now.
    this.stopRecording ??= this.ports.recordings?.begin(this) ?? (() => {});
    super.runTick(dt);
  }

  protected override afterStep(): void {
    // A slow presence may still be opening them when the first tick comes.
    this.ways?.watch();
    this.roomItems?.tend();
    saveIfDue(this.players, this.ports.characters, this.zone, this.clock.elapsedTime, this.log);
    this.keeper?.saveIfDue(this.clock.elapsedTime);
  }

  /**
   * The process is about to end: the room opens anew in another one, with its world if its zone is kept, and everybody
   * goes along to where they stand. Settles when all have gone, or after the longest wait for an arrival; whoever is
   * left is saved when the room closes.
   */
  async moveOut(): Promise<void> {
    await this.lock();
    // Those who dropped are saved here, and come back into whichever room is open then.
    if (![...this.players.values()].some(({ hold }) => hold === undefined)) return;
    this.moving = true;
    const { roomName: game, roomId, instance, hidden } = this;
    await this.ways.carry(async () => {
      await this.keeper?.close();
      return openSuccessor(this.presence, { game, roomId, instance, hidden });
    });
    const until = performance.now() + MOVE_MAX_MS;
    // Not those whose hand-over hangs: they have no ticket to go with.
    const onTheWay = () =>
      [...this.players.values()].some(({ departure }) => departure?.ticket !== undefined);
    while (onTheWay() && performance.now() < until) await new Promise((done) => setTimeout(done, 50));
    this.log.info({ left: this.players.size }, "room moved to another process");
  }

  override async onDispose(): Promise<void> {
    for (const stop of this.stopListening) stop();
    this.stopRecording?.();
    // A room that could not open has no door.
    await this.door?.close();
    await this.keeper?.close();
    this.log.info({}, "room closed");
  }

  // ── Life of a player ──────────────────────────────────────────────────────────────────────────────────────────

  override async onJoin(client: Client, _options: unknown, identity: Identity): Promise<void> {
    if (this.players.has(client.sessionId)) return this.onReconnect(client); // back after a hot reload
    const { journey } = identity;
    if (!journey) {
      void this.ports.seats.end(identity, client.sessionId);
      await orJoinError(this.door.ask(identity.characterId));
    }
    const claim = await orJoinError(claimArrival(this.ports.characters, identity, this.roomId));
    try {
      const place = placeOfArrival(this.level, identity, this.players.size);
      const player = this.admit(client, claim, identity.role, place);
      if (this.wire.filtered && !this.sight) giveOwnView(client, player.avatar);
      player.address = identity.address;
      player.origin = journey?.carried ? journey.origin : journey?.from;
      // Before anybody is sent a patch with both: the other room takes its copy out at once.
      if (journey) tellOrigin(journey, { how: "arrived" });
      this.door.remember(claim.sheet.id);
      void this.meetParty("enter", player, journey === undefined);
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

  /** `anew`: they came by themselves, and may have lost their party in an accident. */
  private meetParty(what: "enter" | "exit", player: Player<A>, anew = false): Promise<void> {
    const meet = async () => {
      await this.letters[what](player);
      if (what === "exit") return this.parties.exit(player);
      const roomId = await this.parties.enter(player);
      const room = anew && roomId ? await matchMaker.driver.findOne({ roomId }) : undefined;
      if (room) await this.travel([player], { to: room.name, roomId });
    };
    const earlier = this.meetings.get(player) ?? Promise.resolve();
    const meeting = earlier.then(meet).catch((error) => {
      this.log.warn({ err: error, player: player.sessionId }, "a party could not be told");
    });
    this.meetings.set(player, meeting);
    return meeting;
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

  /** A seat whose player does not come. Called through Colyseus, from whichever process. */
  freeSeat(sessionId: string, closeAfterS = 0): Promise<void> {
    // A kept zone is opened by the next who comes: its world need not be saved and loaded in between.
    return freeSeat(this, sessionId, this.persistent ? COME_BACK_S : closeAfterS);
  }

  /** A letter from another room, in whichever process. False: its reader is not here. */
  takeLetter(letter: DirectMessage): boolean {
    return this.letters.take(letter);
  }

  override announce(text: string): void {
    if (!this.letters) return; // a rehearsal
    announce(this.presence, text).catch((error) => {
      this.log.warn({ err: error }, "an announcement could not be made");
    });
  }

  /**
   * The party hears of it before the character is free: whoever joins elsewhere at once would be taken for one that was
   * thrown out, and be sent after the party. While Redis is away nobody waits for it.
   */
  private async partWays(player: Player<A>): Promise<void> {
    const told = this.meetParty("exit", player);
    await Promise.race([told, new Promise((done) => setTimeout(done, PARTY_MAX_MS))]);
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
    player.inputs = undefined;
    player.hold = undefined;
    this.setAway(player, false);
    this.ways.remind(player);
    this.log.info({ player: client.sessionId }, "player returned");
  }

  override async onLeave(client: Client, code?: number): Promise<void> {
    const player = this.players.get(client.sessionId);
    if (!player || this.replaced) return; // refused at the door, let go already, or in the next room's hands
    // First the game's own farewell: what it writes to the stats is saved.
    this.removePlayer(client.sessionId, "left");
    const state = captureState(player, this.zone);
    await this.partWays(player);
    this.log.info({ player: client.sessionId, code }, "player left");
    if (player.departure?.handing) return; // the hand-over has saved
    await releaseCharacter(this.ports.characters, player, state, this.log);
  }

  /**
   * Takes a player out of the room at once: another login has the character (save and release), or the lease was
   * lost (drop the copy; a save would be refused).
   */
  async letGo(characterId: string, epoch: number, reason: "taken-over" | "fenced"): Promise<void> {
    for (const player of this.players.values()) {
      if (player.claim.sheet.id !== characterId || player.claim.epoch !== epoch) continue;
      this.removePlayer(player.sessionId, reason);
      const state = captureState(player, this.zone);
      await this.partWays(player);
      this.log.warn({ player: player.sessionId, reason }, "player let go");
      if (reason === "taken-over" && !player.departure?.handing)
        await releaseCharacter(this.ports.characters, player, state, this.log);
      player.hold?.reject(new Error(reason));
      player.client.leave(reason === "fenced" ? CLOSE.FENCED : CLOSE.TAKEN_OVER, reason);
    }
  }

  private removePlayer(sessionId: string, ending: PlaySessionEnding): void {
    const player = this.players.get(sessionId);
    if (!player) return;
    if (player.visit) this.ports.visits.end(player.visit, ending);
    this.parties.forget(player.claim.sheet.id);
    this.takeOut(player);
  }

  // ── Hot reload, while a builder develops ──────────────────────────────────────────────────────────────────────

  /** Colyseus calls it when the room's code was edited, before it makes the room that takes over. */
  override onCacheRoom(): HotReloadSnapshot {
    this.replaced = true;
    this.stopRecording?.();
    this.keeper?.handOver();
    return takeHotReloadSnapshot(this.state, this.players, this.onKeep?.());
  }

  /** Colyseus calls it in the room that takes over; the seats are kept for the players, who return by themselves. */
  override onRestoreRoom(kept: HotReloadSnapshot): void {
    restoreActors(this.state, this.placed, kept, this.space);
    this.world.adopt();
    for (const player of restorePlayers<A>(kept, this.ports.characters, (of) => this.createAvatar(of)))
      this.takeIn(player);
    this.faultBook.attempt("onRestore", () => this.onRestore?.(kept.game));
    this.log.info({ players: this.players.size }, "room took over after an edit");
  }
}

/** Close codes after which nobody waits for the player to return. */
function isFinal(code: number | undefined): boolean {
  return code !== undefined && code >= CLOSE.TAKEN_OVER && code <= CLOSE.TRAVELLED;
}
