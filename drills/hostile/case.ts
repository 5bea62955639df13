import type { Random } from "../../shared/random.ts";

/** What hostile input is about. */
export const CLASSES = ["http", "identity", "admin", "values", "meaning"] as const;
export type Class = (typeof CLASSES)[number];

/** One kind of hostile input. */
export interface HostileCase {
  readonly name: string;
  /** True: the server may take it, as long as it changes nothing of anybody. */
  readonly harmless?: boolean;
  /**
   * Sends it, once or many times. How each was answered: a status ("404"), a status with a code ("401
   * TOKEN_INVALID"), "refused CODE" of a message, "closed" with a code or without, or what the server did
   * instead.
   */
  send(): Promise<readonly string[]>;
}

/** The answers of a class, counted. */
export interface Tally {
  sent: number;
  refused: number;
  /** How often a case was answered otherwise, by case and answer. */
  readonly wrong: Record<string, number>;
}

/** The matchmaker refuses by numbers of its own, from 520 on. */
const REFUSED = /^(4\d\d|503|52\d [A-Z]|52[0-2]|refused |closed)/;
/** A server that fails refuses nothing, whatever was sent; nor does a drill. */
const FAILED = /^50[0-2]|JOIN_FAILED|^no answer|^the drill/;

/** Sends the cases of a class one after the other, in an order of chance. */
export async function sendCases(cases: readonly HostileCase[], random: Random): Promise<Tally> {
  const tally: Tally = { sent: 0, refused: 0, wrong: {} };
  const order = cases.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at);
  for (const { one } of order) {
    const answers = await one.send().catch((error: unknown) => [`the drill failed: ${error}`]);
    for (const answer of answers) {
      tally.sent += 1;
      const failed = FAILED.test(answer);
      if (!failed && REFUSED.test(answer)) tally.refused += 1;
      else if (failed || !one.harmless) {
        const what = `${one.name}: ${answer}`;
        tally.wrong[what] = (tally.wrong[what] ?? 0) + 1;
      }
    }
  }
  return tally;
}
