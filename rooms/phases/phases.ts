import { type GameState, type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";
import type { Action, MessageRouter } from "../messaging/message-router.ts";
import type { RoomPlayer } from "../player.ts";
import type { Faults } from "../simulation/faults.ts";
import type { Actors, Phase, PhaseControls } from "./phase.ts";
import { PhaseClock, type RoomTime } from "./phase-clock.ts";
import { SeatTurns, type Turns, type TurnsSave } from "./turns.ts";

/** Phases that follow each other at once, more than which is taken for a circle. */
const AT_ONCE_MAX = 32;
/** The phase in which people gather: a game that has it begins by its end. */
export const LOBBY = "lobby";

/** What the phases of a game need of their room. */
export interface PhaseHost extends RoomTime {
  /** Class name of the room, for errors. */
  readonly room: string;
  readonly state: GameState;
  readonly router: Pick<MessageRouter<RoomPlayer>, "on">;
  readonly faults: Faults;
  /** A game begins: the lobby has ended, or there is none, or the leader wants a rematch. */
  begun(): void;
  /** A phase begins, before its own hook. */
  entered(name: string): void;
}

/** What a hot reload keeps of the phases. */
export interface PhasesSave {
  readonly phase: string;
  readonly leftMs: number | null;
  readonly paused: readonly PausedBy[];
  readonly turns: TurnsSave | undefined;
}
type PausedBy = "game" | "players";

/** The phases of a room's game. Made by {@link definePhases}. */
export class Phases<Name extends string = string> implements PhaseControls<Name> {
  readonly #phases: Readonly<Record<string, Phase>>;
  readonly #first: string;
  readonly #paused = new Set<PausedBy>();
  #host: PhaseHost | undefined;
  #clock: PhaseClock | undefined;
  #turns: SeatTurns | undefined;
  #queue: string[] = [];
  #isMoving = false;

  constructor(phases: Readonly<Record<string, Phase>>) {
    this.#phases = phases;
    this.#first = Object.keys(phases)[0] ?? "";
  }

  /** Whose turn it is. @throws ROOM_NOT_OPEN */
  get turn(): Turns {
    return this.#present(this.#turns);
  }

  /** The phase that is on. @throws ROOM_NOT_OPEN */
  get current(): Name {
    return this.#present(this.#host).state.phase as Name;
  }

  get isPaused(): boolean {
    return this.#paused.size > 0;
  }

  /** Ends the phase that is on and begins another, or the same anew. @throws ROOM_NOT_OPEN */
  go(name: Name): void {
    this.#go(name);
  }

  /** Ends the phase that is on, as if its time had run out: its `next` begins, if it has one. */
  end(): void {
    const next = this.#present(this.#definition()).next;
    const name = typeof next === "function" ? this.#attempt("next", next) : next;
    if (name) this.#go(name);
  }

  /** The phases stand still: no time passes, and who acts is refused with GAME_PAUSED. */
  pause(): void {
    this.#pause("game");
  }

  /** Ends {@link pause}; what is left of the time runs on. */
  resume(): void {
    this.#resume("game");
  }

  /**
   * The game begins anew after the lobby, or with its first phase where it has none.
   *
   * @returns PHASE_WRONG the phase does not allow it
   */
  rematch(): Refusal | undefined {
    if (!this.#definition()?.rematch) return refuse("PHASE_WRONG", "The game is not over.");
    this.#host?.begun();
    const { next } = this.#phases[LOBBY] ?? {};
    this.#go((typeof next === "function" ? this.#attempt("next", next) : next) ?? this.#first);
    return undefined;
  }

  get hasLobby(): boolean {
    return Object.hasOwn(this.#phases, LOBBY);
  }

  /** True: no game goes on, in the lobby or where the leader may begin a rematch. */
  get isOver(): boolean {
    return this.#host?.state.phase === LOBBY || this.#definition()?.rematch === true;
  }

  /** Whether the one of a seat may act now: false while it is another's turn, or paused. */
  mayAct(id: string): boolean {
    const phase = this.#definition();
    if (!phase || this.isPaused) return false;
    return phase.who !== "turn" || this.#turns?.current === id;
  }

  /** Registers the messages of all phases. The room does it as it opens. @throws GAME_INVALID */
  open(host: PhaseHost): void {
    this.#host = host;
    const { state } = host;
    const show = (seconds: number) => {
      state.secondsLeft = seconds;
    };
    this.#clock = new PhaseClock(host, show, () => this.end());
    this.#turns = new SeatTurns(state, () => this.#restart());
    this.#check(host.room);
    for (const type of this.#types()) host.router.on(type, this.#schemaOf(type), this.#actionOf(type));
  }

  /** The first phase begins. The room does it when its game has opened. */
  begin(): void {
    if (this.#first !== LOBBY) this.#present(this.#host).begun();
    this.#go(this.#first);
  }

  /** A player has dropped or come back, left or come. The room tells it. */
  seatsChanged(): void {
    if (this.#host === undefined || this.#isMoving) return;
    const { playersMin = 0, below } = this.#definition() ?? {};
    const here = [...this.#host.state.seats.values()].filter(({ away }) => !away).length;
    if (here >= playersMin) this.#resume("players");
    else if (below === "pause") this.#pause("players");
    else if (below !== undefined) this.#go(below);
    this.#askUntil();
  }

  /** The player of a seat has dropped. The room tells it. */
  seatDropped(id: string): void {
    if (this.#turns?.current !== id) return;
    const { turnDropped = "wait" } = this.#definition() ?? {};
    if (turnDropped === "end") this.end();
    else if (turnDropped === "skip") this.#skip(id);
  }

  /** A seat is taken away, by `remove`. The room does it so. */
  seatRemoved(id: string, remove: () => void): void {
    this.#turns?.pin();
    remove();
    if (this.#turns?.current !== id) return;
    if (this.#definition()?.turnDropped === "end") this.end();
    else this.#skip(id);
  }

  /** A seat has another id now: a bot took it, or gave it up. */
  seatRenamed(from: string, to: string): void {
    this.#turns?.rename(from, to);
  }

  /** What a hot reload keeps. */
  keep(): PhasesSave | undefined {
    if (this.#host === undefined) return undefined;
    return {
      phase: this.current,
      leftMs: this.#clock?.leftMs ?? null,
      paused: [...this.#paused],
      turns: this.#turns?.keep(),
    };
  }

  /**
   * Goes on where the room before it was, after its state was filled. A phase that the edit took away begins
   * with the first.
   */
  restore({ phase, leftMs, paused, turns }: PhasesSave): void {
    const host = this.#present(this.#host);
    if (turns) this.#turns?.restore(turns);
    if (Object.hasOwn(this.#phases, phase)) {
      host.state.phase = phase;
      this.#clock?.start(leftMs ?? undefined);
      this.#paused.clear();
      for (const by of paused) this.#pause(by);
    } else this.#go(this.#first);
  }

  #go(name: string): void {
    this.#present(this.#host);
    this.#queue.push(name);
    if (!this.#isMoving) this.#move();
  }

  #present<T>(part: T | undefined): T {
    if (part !== undefined) return part;
    throw new RoomkeepError(
      "ROOM_NOT_OPEN",
      "Phases are used before the room opened: do it in onOpen or later.",
    );
  }

  #definition(): Phase | undefined {
    const name = this.#host?.state.phase;
    return name !== undefined && Object.hasOwn(this.#phases, name) ? this.#phases[name] : undefined;
  }

  #attempt<T>(hook: string, run: () => T): T | undefined {
    const host = this.#present(this.#host);
    let result: T | undefined;
    host.faults.attempt(`phase ${host.state.phase} ${hook}`, () => {
      result = run();
    });
    return result;
  }

  /** One phase after the other: a hook that goes on to another phase is through before that one begins. */
  #move(): void {
    const host = this.#present(this.#host);
    this.#isMoving = true;
    try {
      for (let moves = 0; this.#queue.length > 0; moves++) {
        if (moves === AT_ONCE_MAX)
          throw new RoomkeepError("GAME_INVALID", `Phases of ${host.room} follow each other in a circle.`);
        this.#enter(this.#queue.shift() ?? this.#first);
      }
    } finally {
      this.#queue = [];
      this.#isMoving = false;
    }
    this.seatsChanged();
  }

  #enter(name: string): void {
    const host = this.#present(this.#host);
    const former = this.#definition();
    if (former) {
      this.#clock?.start(undefined);
      this.#attempt("exit", () => former.exit?.(this));
    }
    const isBegun = name !== LOBBY && host.state.phase === LOBBY;
    host.state.phase = name;
    if (isBegun) host.begun();
    host.entered(name);
    this.#attempt("enter", () => this.#phases[name]?.enter?.(this));
    if (this.#queue.length === 0) this.#restart();
  }

  /** The time of the phase, or of a turn in it, begins. */
  #restart(): void {
    const { seconds } = this.#definition() ?? {};
    const length = typeof seconds === "function" ? this.#attempt("seconds", seconds) : seconds;
    this.#clock?.start(length === undefined ? undefined : length * 1_000);
    if (this.isPaused) this.#clock?.pause();
  }

  #skip(id: string): void {
    const turns = this.#present(this.#turns);
    if (turns.next() === id) turns.give("");
  }

  #pause(by: PausedBy): void {
    const { state } = this.#present(this.#host);
    if (!this.isPaused) this.#clock?.pause();
    this.#paused.add(by);
    state.paused = true;
  }

  #resume(by: PausedBy): void {
    const { state } = this.#present(this.#host);
    if (!this.#paused.delete(by) || this.isPaused) return;
    state.paused = false;
    this.#clock?.resume();
  }

  #askUntil(): void {
    const { until } = this.#definition() ?? {};
    if (until && !this.isPaused && this.#attempt("until", until)) this.end();
  }

  #check(room: string): void {
    for (const [name, phase] of Object.entries(this.#phases))
      if (phase.next === undefined && (phase.seconds !== undefined || phase.until !== undefined))
        throw new RoomkeepError("GAME_INVALID", `The phase "${name}" of ${room} ends, and has no \`next\`.`);
  }

  #types(): ReadonlySet<string> {
    const all = Object.values(this.#phases);
    return new Set(all.flatMap(({ messages = {} }) => Object.keys(messages)));
  }

  #schemaOf(type: string) {
    const all = Object.values(this.#phases);
    const [schema, ...others] = new Set(all.flatMap(({ messages }) => messages?.[type]?.schema ?? []));
    if (schema && others.length === 0) return schema;
    const text = `The message "${type}" has several schemas in the phases of ${this.#host?.room}: give it one.`;
    throw new RoomkeepError("GAME_INVALID", text);
  }

  #actionOf(type: string): Action<RoomPlayer, unknown> {
    return (player, payload) => {
      // A timer that is late must not let in what came after the time.
      this.#clock?.settle();
      const phase = this.#definition();
      const message = phase?.messages?.[type];
      if (!message) return refuse("PHASE_WRONG", `"${type}" is not for the phase "${this.current}".`);
      const refusal = this.#refusal(player, message.who ?? phase.who ?? "all");
      if (refusal) return refusal;
      const outcome = (message.act as Action<RoomPlayer, unknown>)(player, payload);
      if (!(outcome instanceof Promise)) return this.#acted(outcome);
      return outcome.then((answer) => this.#acted(answer));
    };
  }

  #refusal(player: RoomPlayer, who: Actors): Refusal | undefined {
    const { state } = this.#present(this.#host);
    const { sessionId } = player;
    if (this.isPaused) return refuse("GAME_PAUSED");
    if (!state.seats.has(sessionId)) return refuse("SEAT_NONE");
    if (who === "turn" && state.turn !== sessionId) return refuse("TURN_OTHER");
    if (who === "leader" && state.leader !== sessionId) return refuse("NOT_LEADER");
    if (typeof who !== "function") return undefined;
    const answer = who(player);
    if (typeof answer === "object") return answer;
    return answer ? undefined : refuse("ACTION_REFUSED", "You may not do this now.");
  }

  // biome-ignore lint/suspicious/noConfusingVoidType: most actions return nothing
  #acted(outcome: Refusal | void): Refusal | void {
    if (!outcome) this.#askUntil();
    return outcome;
  }
}

/**
 * Declares the phases of a game; the first is on when the room opens. The names of the phases are checked by
 * the compiler wherever one is given.
 *
 * @example
 * readonly phases = definePhases({
 *   lobby: { next: "guess", playersMin: 2 },
 *   guess: {
 *     seconds: () => this.settings.seconds,
 *     who: "turn",
 *     messages: { guess: phaseMessage(guessShape, (player, { word }) => this.guess(player, word)) },
 *     enter: ({ turn }) => void turn.next(),
 *     until: () => this.state.solved,
 *     next: "scores",
 *   },
 *   scores: { seconds: 20, next: "lobby", rematch: true },
 * });
 */
export function definePhases<const Name extends string>(
  phases: Readonly<Record<Name, Phase<NoInfer<Name>>>>,
): Phases<Name> {
  return new Phases<Name>(phases as unknown as Readonly<Record<string, Phase>>);
}
