import { randomInt } from "node:crypto";
import { COLORS, type GameState, type Random, type Seat, seeded } from "../../shared/index.ts";
import type { RoomTime } from "../phases/phase-clock.ts";
import { LOBBY, type Phases } from "../phases/phases.ts";
import type { RoomPlayer } from "../player.ts";
import type { Faults } from "../simulation/faults.ts";
import type { BotAction, Bots } from "./bot.ts";

const NAMES = ["Ada", "Basil", "Cleo", "Dexter", "Edna", "Fritz", "Greta", "Hugo", "Iris", "Jonas"];
const THINK_S = [0.5, 2] as const;

/** What the bots of a room need of it. */
export interface BotHost<P extends RoomPlayer> extends RoomTime {
  readonly state: GameState;
  readonly phases: Phases | undefined;
  readonly faults: Faults;
  newSeat(): Seat;
  /** Takes a seat away. */
  remove(id: string): void;
  /** A player without a connection and without a character. */
  createPlayer(id: string, name: string): P;
  /** Sends a bot's message through all checks of a player's. */
  take(player: P, action: BotAction): void;
  /** The state as a player in this seat sees it. */
  viewOf(seat: Seat): unknown;
}

/** What a hot reload keeps of the bots. */
export interface BotsSave {
  readonly made: number;
  readonly random: number;
}

/** The bots in the seats of one room. A bot of a seat is asked after each change, once it has thought. */
export class RoomBots<P extends RoomPlayer> {
  readonly #host: BotHost<P>;
  readonly #bots: Bots;
  readonly #random: Random;
  readonly #players = new Map<string, P>();
  /** Bots that think, by their seats. */
  readonly #thinking = new Map<string, { clear(): void }>();
  /** Characters whose seats bots took over: who comes back gets the own seat. */
  readonly #former = new Map<string, string>();
  /** Names bots, and numbers their seats. */
  #made = 0;

  /** @param seed of all chance of the bots */
  constructor(host: BotHost<P>, bots: Bots, seed = randomInt(2 ** 32)) {
    this.#host = host;
    this.#bots = bots;
    this.#random = seeded(seed);
  }

  /** Seats that bots fill when a game begins now. */
  get toCome(): number {
    return Math.max(0, (this.#bots.fillTo ?? 0) - this.#host.state.seats.size);
  }

  /** A game begins: bots take the seats up to `fillTo`. */
  fill(): void {
    for (let missing = this.toCome; missing > 0; missing--) {
      const id = this.#nextId();
      const { names = NAMES } = this.#bots;
      const seat = this.#host.newSeat();
      const name = names[(this.#made - 1) % names.length] ?? id;
      Object.assign(seat, { id, name, color: this.#made % COLORS.length, bot: true });
      this.#host.state.seats.set(id, seat);
    }
  }

  /** The game is over: bots leave. */
  clear(): void {
    for (const seat of this.#seats()) this.remove(seat.id);
  }

  /** @returns false: no bot has the seat */
  remove(id: string): boolean {
    if (!this.#host.state.seats.get(id)?.bot) return false;
    this.#forget(id);
    this.#host.remove(id);
    return true;
  }

  /** A bot goes on in the seat of a player who leaves for good. @returns false: the seat is to be emptied */
  replace(seat: Seat, characterId: string): boolean {
    const { phase } = this.#host.state;
    if (this.#bots.replace === false || phase === LOBBY || phase === "") return false;
    Object.assign(seat, { bot: true, away: false, ready: false });
    this.#former.set(seat.id, characterId);
    this.stir();
    return true;
  }

  /** The seat of the bot that steps aside for a player who comes; undefined: none plays. */
  forPlayer(characterId: string): Seat | undefined {
    const seats = this.#seats();
    const seat = seats.find(({ id }) => this.#former.get(id) === characterId) ?? seats[0];
    if (seat) this.#forget(seat.id);
    return seat;
  }

  /** Something has changed: bots that may act think about it. */
  stir(): void {
    const { phases, state } = this.#host;
    // Nobody is there to play with.
    if (![...state.seats.values()].some(({ bot, away }) => !bot && !away)) return;
    for (const { id } of this.#seats()) {
      if (this.#thinking.has(id) || phases?.mayAct(id) === false) continue;
      const [least, most] = this.#bots.thinkS ?? THINK_S;
      const ms = 1_000 * (least + this.#random() * (most - least));
      this.#thinking.set(
        id,
        this.#host.later(ms, () => this.#decide(id)),
      );
    }
  }

  keep(): BotsSave {
    return { made: this.#made, random: this.#random.state };
  }

  restore({ made, random }: BotsSave): void {
    this.#made = made;
    this.#random.state = random;
    this.stir();
  }

  #decide(id: string): void {
    this.#thinking.delete(id);
    const { state, phases, faults } = this.#host;
    const seat = state.seats.get(id);
    // It may have stepped aside, or lost its turn, while it thought.
    if (!seat?.bot || phases?.mayAct(id) === false) return;
    faults.attempt("bot", () => {
      const view = { me: id, state: this.#host.viewOf(seat) as never, random: () => this.#random() };
      const action = this.#bots.bot(view);
      if (action) this.#host.take(this.#playerOf(seat), action);
    });
  }

  #playerOf({ id, name }: Seat): P {
    const known = this.#players.get(id);
    if (known) return known;
    const player = this.#host.createPlayer(id, name);
    this.#players.set(id, player);
    return player;
  }

  #seats(): Seat[] {
    return [...this.#host.state.seats.values()].filter(({ bot }) => bot);
  }

  #forget(id: string): void {
    this.#thinking.get(id)?.clear();
    this.#thinking.delete(id);
    this.#players.delete(id);
    this.#former.delete(id);
  }

  #nextId(): string {
    this.#made++;
    return `bot-${this.#made}`;
  }
}
