import { type MapSchema, type SchemaType, schema, t } from "@colyseus/schema";

/**
 * The place of a player in a game without a world, or of a bot: what all see of them. The room fills it in;
 * a game extends it with fields of its own, and with secrets by `own`.
 *
 * @example
 * export const CardSeat = Seat.extend(
 *   { points: t.uint16().default(0), hand: own(t.array("uint8")) }, // each sees the own hand alone
 *   "CardSeat",
 * );
 */
export const Seat = schema(
  {
    /** Session id of the player; of a bot an id that no session has. */
    id: t.string().default(""),
    /** The character's name, with a tag where somebody in the room has the same. */
    name: t.string().default(""),
    /** Index into COLORS. */
    color: t.uint8().default(0),
    /** Wants to begin. Cleared when the game leaves the lobby. */
    ready: t.boolean().default(false),
    /** True while the connection is dropped and the seat kept. */
    away: t.boolean().default(false),
    /** True: nobody sits here; the game's bot plays. */
    bot: t.boolean().default(false),
  },
  "Seat",
);
export type Seat = SchemaType<typeof Seat>;

/**
 * The state of a room without a world: who sits in it, which phase it is in, whose turn it is. The room
 * writes all of it; a game extends it with {@link defineGameState}.
 */
export const GameState = schema(
  {
    /** Name of the phase; empty in a room without phases. */
    phase: t.string().default(""),
    /** Whole seconds until the phase ends, rounded up, by the room's time; 0: it has no end of its own. */
    secondsLeft: t.uint32().default(0),
    /** True while the phases stand still: nobody may act, and `secondsLeft` stays. */
    paused: t.boolean().default(false),
    /** Id of the seat whose turn it is; empty where nobody's is. */
    turn: t.string().default(""),
    /** Session id of the player who leads the room; empty without one. */
    leader: t.string().default(""),
    /** The room's settings as JSON, for all to see; read by {@link settingsOf}. */
    settings: t.string().default("{}"),
    /** The seats, by their ids, in the order in which they were taken. */
    seats: t.map(Seat),
  },
  "GameState",
);
export type GameState = SchemaType<typeof GameState>;

type Fields = Parameters<typeof GameState.extend>[0];
type SeatClass = new () => Seat;

/** The state of a game: that of every game, its own fields, and its own seats. */
export type GameStateWith<F extends Fields, S> = { readonly seats: MapSchema<S> } & InstanceType<
  ReturnType<typeof GameState.extend<F>>
>;

/** Classes of seats, by the class of their state. */
const seatClasses = new WeakMap<object, SeatClass>();

/**
 * Declares the state of a game without a world, with its fields and the class of its seats.
 *
 * @param name of the class, which is sent and stored: never rename it
 * @param parts.seat the class of the seats, if the game has more fields for them than {@link Seat}
 * @example
 * export const QuizSeat = Seat.extend({ points: t.uint16().default(0) }, "QuizSeat");
 * export const QuizState = defineGameState("QuizState", {
 *   seat: QuizSeat,
 *   fields: { question: t.string().default("") },
 * });
 * export type QuizState = InstanceType<typeof QuizState>;
 */
export function defineGameState<F extends Fields = Record<never, never>, S extends SeatClass = typeof Seat>(
  name: string,
  { seat, fields }: { readonly seat?: S; readonly fields?: F },
): new () => GameStateWith<F, InstanceType<S>> {
  const state = GameState.extend(fields ?? {}, name);
  if (seat) seatClasses.set(state, seat);
  return state as unknown as new () => GameStateWith<F, InstanceType<S>>;
}

/** The class of the seats of a state, which its game declares. */
export function seatClassOf(state: object): SeatClass {
  for (let type: object | null = state.constructor; type !== null; type = Object.getPrototypeOf(type)) {
    const Class = seatClasses.get(type);
    if (Class) return Class;
  }
  return Seat;
}

/** Whether a state is that of a game with seats. */
export const isGameState = (state: unknown): state is GameState => state instanceof GameState;
