import type { RoomTime } from "../phases/phase-clock.ts";

/** Somebody who may lead: a player, not a bot. */
export interface Candidate {
  /** Session id. */
  readonly id: string;
  readonly ready: boolean;
  readonly away: boolean;
}

/** How long others wait for a leader, seconds. */
export interface LeadOptions {
  /** Absence after which the lead passes on. Default: 20. */
  readonly awayS?: number;
  /** Time for which all others are ready before it passes on from one who does not begin. Default: 15. */
  readonly patienceS?: number;
}

/** What the lead of a room needs of it. */
export interface LeadHost extends RoomTime {
  /** Holds the leader's session id. */
  readonly state: { leader: string };
  /** In the order in which they came. */
  candidates(): readonly Candidate[];
  /** Whether a leader could begin the game now. */
  mayBegin(): boolean;
  /** The lead has passed on by itself. */
  passed(to: string): void;
}

/** What others wait for before the lead passes on, and until when, room time. */
export interface LeadWait {
  readonly why: "away" | "patience";
  readonly dueMs: number;
}

/**
 * Who leads a room: the first who came. The lead passes on when its player leaves, is away for a while, or
 * does not begin though all others are ready.
 */
export class Lead {
  readonly #host: LeadHost;
  readonly #awayMs: number;
  readonly #patienceMs: number;
  /** What runs out: the leader's absence, or the others' patience. */
  #wait: (LeadWait & { readonly timer: { clear(): void } }) | undefined;

  constructor(host: LeadHost, { awayS = 20, patienceS = 15 }: LeadOptions = {}) {
    this.#host = host;
    this.#awayMs = awayS * 1_000;
    this.#patienceMs = patienceS * 1_000;
  }

  /** Somebody came, left, dropped, returned or is ready. */
  settle(): void {
    const { state } = this.#host;
    const candidates = this.#host.candidates();
    const leader = candidates.find(({ id }) => id === state.leader);
    if (!leader) {
      state.leader = nextOf(candidates)?.id ?? "";
      this.#wait?.timer.clear();
      this.#wait = undefined;
      return;
    }
    const others = candidates.filter((one) => one !== leader && !one.away);
    const isWaitedFor = others.length > 0 && others.every(({ ready }) => ready) && this.#host.mayBegin();
    this.#waitFor(leader.away ? "away" : isWaitedFor && !leader.ready ? "patience" : undefined);
  }

  /** What a mark of a recording has of it. */
  keep(): LeadWait | undefined {
    return this.#wait && { why: this.#wait.why, dueMs: this.#wait.dueMs };
  }

  restore(wait: LeadWait | undefined): void {
    this.#wait?.timer.clear();
    this.#wait = undefined;
    if (wait) this.#wait = { ...wait, timer: this.#passAt(wait.dueMs) };
  }

  #waitFor(why: LeadWait["why"] | undefined): void {
    if (this.#wait?.why === why) return;
    this.restore(undefined);
    if (why === undefined) return;
    const dueMs = this.#host.now() + (why === "away" ? this.#awayMs : this.#patienceMs);
    this.restore({ why, dueMs });
  }

  #passAt(dueMs: number): { clear(): void } {
    return this.#host.later(Math.max(0, dueMs - this.#host.now()), () => this.#pass());
  }

  #pass(): void {
    const { state } = this.#host;
    this.#wait = undefined;
    const next = nextOf(this.#host.candidates().filter(({ id, away }) => id !== state.leader && !away));
    if (!next) return;
    state.leader = next.id;
    this.#host.passed(next.id);
    this.settle();
  }
}

/** Who is here and ready comes first, then who is here, then who came first. */
const nextOf = (candidates: readonly Candidate[]): Candidate | undefined =>
  candidates.find(({ ready, away }) => ready && !away) ??
  candidates.find(({ away }) => !away) ??
  candidates[0];
