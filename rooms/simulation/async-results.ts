import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";

/**
 * Applies an answer to the world. A question without an answer comes as a refusal, so that the items or coins
 * reserved for it can be given back. The refusal that it returns goes to the caller of {@link Ask}.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: most return nothing, and need not say so
export type ApplyAnswer<About, T> = (answer: T | Refusal, about: About) => Refusal | void;

/**
 * Asks a question outside of the room. Resolves when the answer was applied, with the refusal if it was one;
 * never rejects.
 */
export type Ask<About, T> = (
  about: About,
  question: () => Promise<T | Refusal>,
) => Promise<Refusal | undefined>;

/** The async results of a room. */
export interface AsyncResults {
  /**
   * Source of the answers: the questions are asked outside; or a recording has the answers, and nothing is
   * asked; or every question is refused.
   */
  from: "outside" | "recording" | "nobody";
  /** See `WorldRoom.onAnswer`. */
  on<About, T>(name: string, apply: ApplyAnswer<About, T>): Ask<About, T>;
  /** The start of a tick: applies the answers that have come, in their order. */
  settle(): void;
  /** Applies one answer. @throws TypeError if nothing was registered under its name */
  act(name: string, about: unknown, answer: unknown): Refusal | undefined;
}

/** Recorder and fault log of a room's async results. */
export interface AsyncResultsOptions {
  /** Called for each answer, before it is applied. */
  readonly record: (name: string, about: unknown, answer: unknown) => void;
  /** Receives the error of a question or of applying an answer. */
  readonly fault: (where: string, error: unknown) => void;
}

/** Questions that may wait at once; one more is refused. */
const WAITING_MAX = 1_000;

/**
 * Opens the async results of a room: an answer from outside, such as a booking of the database, changes the
 * world at the start of a tick and is recorded, so that a re-run sees the same answers at the same ticks and
 * asks nothing.
 */
export function openAsyncResults({ record, fault }: AsyncResultsOptions): AsyncResults {
  const applies = new Map<string, ApplyAnswer<never, never>>();
  let waiting = 0;
  let arrived: (() => void)[] = [];

  async function answerOf<T>(name: string, question: () => Promise<T | Refusal>): Promise<T | Refusal> {
    if (waiting >= WAITING_MAX) return refuse("QUEUE_FULL");
    waiting += 1;
    try {
      return await question();
    } catch (error) {
      if (error instanceof RoomkeepError) return refuse(error.code);
      fault(`question ${name}`, error);
      return refuse("ACTION_REFUSED", "That did not work. Try again in a moment.");
    } finally {
      waiting -= 1;
    }
  }

  const answers: AsyncResults = {
    from: "outside",
    on(name, apply) {
      if (applies.has(name)) throw new TypeError(`Answers named "${name}" are applied already.`);
      applies.set(name, apply);
      return (about, question) =>
        new Promise((tell) => {
          const arrive = (answer: unknown) => arrived.push(() => tell(answers.act(name, about, answer)));
          if (answers.from === "nobody") arrive(refuse("ACTION_REFUSED"));
          if (answers.from === "outside") void answerOf(name, question).then(arrive);
        });
    },
    settle() {
      const due = arrived;
      arrived = [];
      for (const apply of due) apply();
    },
    act(name, about, answer) {
      const apply = applies.get(name);
      if (!apply) throw new TypeError(`No answer named "${name}" is known here.`);
      record(name, about, answer);
      try {
        return apply(answer as never, about as never) ?? undefined;
      } catch (error) {
        fault(`answer ${name}`, error);
        return refuse("ACTION_REFUSED");
      }
    },
  };
  return answers;
}
