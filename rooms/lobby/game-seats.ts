import type { Client } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { type GameState, RoomkeepError, refuse, type Seat } from "../../shared/index.ts";
import { fillFromJson, schemaToJson, seatClassOf } from "../../shared/internal.ts";
import type { BotAction, Bots } from "../bots/bot.ts";
import { RoomBots } from "../bots/room-bots.ts";
import { type SeatOwner, SeatOwners } from "../lasting/seat-owners.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import { classesOf } from "../persistence/hot-reload-fields.ts";
import { absentClient } from "../persistence/hot-reload-snapshot.ts";
import type { RoomTime } from "../phases/phase-clock.ts";
import { LOBBY, type Phases } from "../phases/phases.ts";
import type { RoomPlayer } from "../player.ts";
import { blankClaim } from "../ports/blank-claim.ts";
import type { Claim, Identity, MatchSeat } from "../ports/ports.ts";
import { giveOwnView } from "../replication/owner-view.ts";
import { seenByOwner } from "../replication/seat-view.ts";
import type { StableSerializer } from "../replication/stable-serializer.ts";
import type { Faults } from "../simulation/faults.ts";
import { type AnyLobby, defineLobby, type LobbyGame, type LobbyHost } from "./lobby.ts";
import type { SeatsSave } from "./seats-save.ts";

/** What the seats of a game need of their room. */
export interface SeatsHost<P extends RoomPlayer>
  extends RoomTime,
    Pick<LobbyHost<P>, "letGo" | "viewer" | "letGoViewers" | "notice"> {
  /** Class name of the room, for errors. */
  readonly room: string;
  readonly state: GameState;
  readonly players: ReadonlyMap<string, P>;
  readonly lobby: AnyLobby | undefined;
  readonly phases: Phases | undefined;
  readonly bots: Bots | undefined;
  /** True: the match outlives the room, and seats of a game that goes on wait for their players. */
  readonly lasts: boolean;
  readonly router: MessageRouter<P>;
  readonly faults: Faults;
  readonly wire: StableSerializer<Schema>;
  /** Makes a player's record; see `GameRoom.createPlayer`. */
  createPlayer(client: Client, claim: Claim, identity: Identity): P;
  /** A seat has another id now. */
  seatMoved(from: string, to: string): void;
}

/** The seats of a room with a `GameState`, and what plays on them: lobby, phases, bots. */
export class GameSeats<P extends RoomPlayer> {
  readonly #host: SeatsHost<P>;
  readonly #lobby: AnyLobby;
  readonly #bots: RoomBots<P> | undefined;
  /** Only of a lasting match. */
  readonly #owners: SeatOwners | undefined;

  /** Registers the messages of lobby and phases. */
  constructor(host: SeatsHost<P>) {
    this.#host = host;
    this.#owners = host.lasts ? new SeatOwners() : undefined;
    const { state, phases, faults, router, bots } = host;
    const now = () => host.now();
    const later = (ms: number, run: () => void) => host.later(ms, run);
    const remove = (id: string) => this.#remove(id);
    this.#bots =
      bots &&
      new RoomBots<P>(
        {
          state,
          phases,
          faults,
          now,
          later,
          remove,
          newSeat: () => this.#newSeat(),
          createPlayer: (id, name) => {
            const identity = { accountId: id, characterId: id, role: "player", address: "" } as const;
            return host.createPlayer(absentClient(id), blankClaim(id, { name }), identity);
          },
          take: (player, action) => this.#take(player, action),
          viewOf: (seat) => seenByOwner(host.wire, state, seat),
        },
        bots,
      );
    this.#lobby = host.lobby ?? defineLobby();
    this.#lobby.open<P>({
      state,
      seats: state.seats,
      players: host.players,
      game: gameOf(state, phases),
      router,
      now,
      later,
      botsToCome: () => this.#bots?.toCome ?? 0,
      removeBot: (id) => this.#removeBot(id),
      letGo: (player, reason) => host.letGo(player, reason),
      viewer: (id) => host.viewer(id),
      letGoViewers: (accountId) => host.letGoViewers(accountId),
      notice: (code, text, to) => host.notice(code, text, to),
    });
    phases?.open({
      room: host.room,
      state,
      faults,
      now,
      later,
      router: router as unknown as MessageRouter<RoomPlayer>,
      begun: () => this.#begun(),
      entered: (name) => this.#entered(name),
    });
  }

  /** The game has opened: its first phase begins. */
  begin(): void {
    this.#host.phases?.begin();
  }

  /**
   * A player is in the room, and gets a seat: the own one where it waits, a bot's where one plays, else a new
   * one.
   *
   * @throws MATCH_CLOSED a lasting match goes on without them
   */
  enter(player: P): void {
    const { state, phases } = this.#host;
    const { sessionId: id, name, claim } = player;
    const { accountId, id: characterId, color } = claim.sheet;
    const owner = { accountId, characterId };
    const former = state.phase === LOBBY ? undefined : this.#formerOf(owner);
    if (!former && this.#isClosed) throw new RoomkeepError("MATCH_CLOSED");
    const seat = this.#newSeat();
    if (former) {
      const { byName } = classesOf(state, [former.constructor]);
      fillFromJson(seat, schemaToJson(former, byName), byName);
      phases?.seatRenamed(former.id, id);
      state.seats.delete(former.id);
    }
    Object.assign(seat, { id, name, color, bot: false, away: false, ready: false });
    state.seats.set(id, seat);
    if (former && state.leader === former.id) state.leader = id;
    if (former) this.#owners?.delete(former.id);
    this.#owners?.set(id, owner);
    if (former) this.#host.seatMoved(former.id, id);
    this.#lobby.entered(player);
    phases?.seatsChanged();
  }

  /** The player sees the secrets of the own seat. Once the seat is in, and for each new connection. */
  show({ client, sessionId }: P): void {
    const seat = this.#host.state.seats.get(sessionId);
    if (seat && this.#host.wire.filtered) giveOwnView(client, seat);
  }

  /** The player has another name. */
  rename({ sessionId, name }: P): void {
    const seat = this.#host.state.seats.get(sessionId);
    if (seat) seat.name = name;
  }

  setAway(player: P, away: boolean): void {
    const seat = this.#host.state.seats.get(player.sessionId);
    if (!seat) return;
    seat.away = away;
    if (away) this.#host.phases?.seatDropped(seat.id);
    else this.#lobby.heard(player);
    this.#changed();
  }

  /** The player has left for good: in a lasting match the seat waits, else a bot goes on, or it is gone. */
  exit({ sessionId, claim }: P): void {
    const seat = this.#host.state.seats.get(sessionId);
    if (!seat) return;
    if (this.#isClosed && !this.#lobby.isKicked(claim.sheet.accountId)) {
      const wasHere = !seat.away;
      seat.away = true;
      if (wasHere) this.#host.phases?.seatDropped(seat.id);
    } else if (!this.#bots?.replace(seat, claim.sheet.id)) this.#remove(seat.id);
    this.#changed();
  }

  /** A player sent a message. */
  heard(player: P): void {
    this.#lobby.heard(player);
  }

  /** The state has changed. */
  stir(): void {
    this.#bots?.stir();
  }

  /** @throws KICKED */
  refuseAccount(id: string): void {
    this.#lobby.refuseAccount(id);
  }

  /** @throws KICKED */
  refuseToken(token: string): void {
    this.#lobby.refuseToken(token);
  }

  /** @throws MATCH_CLOSED a lasting match goes on, and the player has no seat in it that is free */
  refuseStranger(owner: SeatOwner): void {
    if (!this.#isClosed || this.#owners?.has(owner)) return;
    const { seats } = this.#host.state;
    if (this.#owners?.seatFor(owner, seats.values()) || [...seats.values()].some(({ bot }) => bot)) return;
    throw new RoomkeepError("MATCH_CLOSED");
  }

  /** True while a game is played. */
  get isOn(): boolean {
    return !this.#host.phases?.isOver;
  }

  /** To whom the seats belong. */
  get owned(): readonly MatchSeat[] {
    const { seats, turn } = this.#host.state;
    return [...seats.values()].map(({ id, name, bot }) => {
      const owner = bot ? undefined : this.#owners?.ownerOf(id);
      const { accountId = null, characterId = null } = owner ?? {};
      return { accountId, characterId, name, hasTurn: turn === id };
    });
  }

  keep(): SeatsSave {
    return {
      phases: this.#host.phases?.keep(),
      kicked: this.#lobby.keep(),
      bots: this.#bots?.keep(),
      owners: this.#owners?.keep(),
    };
  }

  /** A lasting match opens again: nobody is there yet. */
  reopen(save: SeatsSave): void {
    for (const seat of this.#host.state.seats.values()) if (!seat.bot) seat.away = true;
    this.restore(save);
  }

  restore({ phases, kicked, bots, owners }: SeatsSave): void {
    if (owners) this.#owners?.restore(owners);
    this.#lobby.restore(kicked);
    if (phases) this.#host.phases?.restore(phases);
    if (bots) this.#bots?.restore(bots);
  }

  #newSeat(): Seat {
    return new (seatClassOf(this.#host.state))();
  }

  /** True: only those come in who play already. */
  get #isClosed(): boolean {
    return this.#owners !== undefined && this.isOn;
  }

  #formerOf(owner: SeatOwner): Seat | undefined {
    const own = this.#owners?.seatFor(owner, this.#host.state.seats.values());
    return own ?? this.#bots?.forPlayer(owner.characterId);
  }

  /** Those who left a match that is over have no part in the next. */
  #dropAbsent(): void {
    if (!this.#owners) return;
    const { state, players } = this.#host;
    for (const { id, bot } of [...state.seats.values()]) if (!bot && !players.has(id)) this.#remove(id);
  }

  #begun(): void {
    this.#dropAbsent();
    this.#lobby.left();
    this.#bots?.fill();
  }

  #entered(name: string): void {
    if (name !== LOBBY) return;
    this.#bots?.clear();
    this.#dropAbsent();
  }

  #remove(id: string): void {
    const { state, phases } = this.#host;
    this.#owners?.delete(id);
    const remove = () => void state.seats.delete(id);
    if (phases) phases.seatRemoved(id, remove);
    else remove();
  }

  #changed(): void {
    this.#lobby.seatsChanged();
    this.#host.phases?.seatsChanged();
  }

  #removeBot(id: string): boolean {
    const isGone = this.#bots?.remove(id) ?? false;
    if (isGone) this.#changed();
    return isGone;
  }

  #take(player: P, { type, message }: BotAction): void {
    this.#host.router.take(player, type, message);
  }
}

/** How a game is begun by its phases. */
function gameOf(state: GameState, phases: Phases | undefined): LobbyGame {
  return {
    isOpen: () => state.phase === LOBBY || state.phase === "",
    mayBegin: () => phases !== undefined && state.phase === LOBBY,
    begin: () => void phases?.end(),
    rematch: () => (phases ? phases.rematch() : refuse("PHASE_WRONG", "This game has no phases.")),
  };
}
