import type { GameState, Seat } from "../../shared/index.ts";

/** Whose turn it is, and who is next. The turn is in the state, as `turn`. */
export interface Turns {
  /** Id of the seat whose turn it is; empty where nobody's is. */
  readonly current: string;
  /** The order of the seats, by their ids. Default: as they were taken. Who is not in it gets no turn. */
  order: readonly string[];
  /**
   * Passes the turn on to the next seat that is not away, and gives it the phase's whole time.
   *
   * @returns its id; empty: nobody is there
   */
  next(): string;
  /** Gives the turn to a seat; an empty id takes it from everybody. */
  give(id: string): void;
}

/** The order of turns, for a hot reload. */
export interface TurnsSave {
  readonly order: readonly string[];
  readonly isGiven: boolean;
}

/** The turns of a room. */
export class SeatTurns implements Turns {
  readonly #state: Pick<GameState, "turn" | "seats">;
  readonly #given: () => void;
  /** Seats in their order, as far as the game gave one or a seat has another id. */
  #order: readonly string[] = [];
  #isGiven = false;

  /** @param given is called when a turn begins */
  constructor(state: Pick<GameState, "turn" | "seats">, given: () => void) {
    this.#state = state;
    this.#given = given;
  }

  get current(): string {
    return this.#state.turn;
  }

  get order(): readonly string[] {
    return this.#all().filter((id) => this.#state.seats.has(id));
  }

  set order(ids: readonly string[]) {
    this.#order = [...ids];
    this.#isGiven = true;
  }

  next(): string {
    const all = this.#all();
    const at = all.indexOf(this.current);
    const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const next = after.find((id) => isHere(this.#state.seats.get(id))) ?? "";
    this.give(next);
    return next;
  }

  give(id: string): void {
    this.#state.turn = id;
    if (id) this.#given();
  }

  /** Seats are about to leave: who is next is found by where they were. */
  pin(): void {
    this.#order = this.#all();
  }

  /** A seat is about to have another id, in its place of the order. */
  rename(from: string, to: string): void {
    this.#order = this.#all().map((id) => (id === from ? to : id));
    if (this.#state.turn === from) this.#state.turn = to;
  }

  /** What a hot reload keeps. */
  keep(): TurnsSave {
    return { order: this.#order, isGiven: this.#isGiven };
  }

  restore({ order, isGiven }: TurnsSave): void {
    this.#order = order;
    this.#isGiven = isGiven;
  }

  #all(): readonly string[] {
    return this.#isGiven ? this.#order : [...new Set([...this.#order, ...this.#state.seats.keys()])];
  }
}

const isHere = (seat: Seat | undefined): boolean => seat !== undefined && !seat.away;
