import { TokenBuckets } from "../messaging/rate-limit.ts";
import type { CheatSignal } from "./cheat-signals.ts";

/** Signals of one player that are kept apart; further ones share one. */
const SIGNALS_MAX = 24;

/** The points that count against one player, each decaying by half every `halfLifeMs`. */
export class Suspicion {
  /** Attempts by signal, where only those past a pace count. */
  readonly paces = new TokenBuckets();
  /** Room time of the last flag, ms. */
  flaggedAtMs = Number.NEGATIVE_INFINITY;
  /** Room time until which an action slows the player, ms. */
  slowUntilMs = 0;
  readonly #points = new Map<CheatSignal, number>();
  #atMs = 0;

  /** Adds points. @returns the score: the sum over all signals */
  add(signal: CheatSignal, points: number, nowMs: number, halfLifeMs: number): number {
    this.#decay(nowMs, halfLifeMs);
    const key = this.#points.has(signal) || this.#points.size < SIGNALS_MAX ? signal : "others";
    this.#points.set(key, (this.#points.get(key) ?? 0) + points);
    return this.score;
  }

  /** The sum of the points as of the last {@link add}. */
  get score(): number {
    let sum = 0;
    for (const points of this.#points.values()) sum += points;
    return sum;
  }

  /** The points by signal, rounded to tenths, the greatest first. */
  get signals(): Readonly<Record<string, number>> {
    const rounded = [...this.#points].map(
      ([signal, points]) => [signal, Math.round(points * 10) / 10] as const,
    );
    return Object.fromEntries(rounded.filter(([, points]) => points > 0).sort(([, a], [, b]) => b - a));
  }

  /** All is forgotten, after a flag. */
  clear(): void {
    this.#points.clear();
  }

  #decay(nowMs: number, halfLifeMs: number): void {
    const left = Math.exp((-Math.LN2 * Math.max(0, nowMs - this.#atMs)) / halfLifeMs);
    this.#atMs = nowMs;
    for (const [signal, points] of this.#points) {
      if (points * left > 0.01) this.#points.set(signal, points * left);
      else this.#points.delete(signal);
    }
  }
}
