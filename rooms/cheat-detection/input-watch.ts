/** Input frames that may come early, seconds: jitter, and pages whose clock is a little ahead. */
const EARLY_S = 0.6;
/** A gap from which on it is no jitter but a silence, seconds: what it holds up may come as well. */
const SILENT_S = 0.3;
/** A page's clock may run faster than the room's by this factor. */
const DRIFT = 1.02;
/** Longest silence that a connection survives; what waited then comes at once, seconds. */
const SILENCE_MAX_S = 10;
/** Seconds with frames after which the backlog of a silence has come; a short one takes its length. */
const BACKLOG_S = 1.5;
/** A silence from which on its frames count as held back, seconds. */
const HELD_S = 1.75;
/** They do if this share of them comes within {@link RELEASE_S}: a page that slept sends but a few. */
const HELD_SHARE = 0.6;
const RELEASE_S = 0.8;
/** A gap between two looks from which on the room itself has stalled, seconds. */
const STALL_S = 0.5;
/** A frame may claim a time so far ahead of the room's, ms: a page can but estimate it. */
const AHEAD_MS = 500;

/** What the input frames of one tick show. */
export interface InputFindings {
  /** Frames beyond those that the room's time allows. */
  excess: number;
  /** Frames of a long silence came at once. */
  isHeld: boolean;
  /** The last frame claims a time in the room's future. */
  isAhead: boolean;
}

/**
 * Watches when the input frames of one player come. A page sends one a tick, by its own clock; a connection
 * that stalls brings them late and together, but never more than the time has made. Looks once a tick at how
 * many have come, so that no frame costs more.
 */
export class InputWatch {
  readonly #tickHz: number;
  readonly #findings: InputFindings = { excess: 0, isHeld: false, isAhead: false };
  #seen = 0;
  #atMs = Number.NaN;
  /** Frames that may come now, and the most that are saved up. */
  #allowed: number;
  #most: number;
  /** What the latter shrinks by in a second with frames. */
  #shrink = 0;
  /** Seconds without a frame, up to now. */
  #silentS = 0;
  /** The silence whose frames are counted, seconds; 0: none. Seconds and frames since its end. */
  #heldS = 0;
  #sinceS = 0;
  #since = 0;

  constructor(tickHz: number) {
    this.#tickHz = tickHz;
    this.#allowed = this.#most = EARLY_S * tickHz;
  }

  /**
   * Looks at the frames since the last tick.
   *
   * @param received frames that the connection has brought so far; begins at 0 with each connection
   * @param renderMs room time that the last frame claims to have seen, ms; 0: it claims none
   * @param nowMs room time, ms
   * @returns the same object each time
   */
  look(received: number, renderMs: number, nowMs: number): InputFindings {
    const findings = this.#findings;
    // The room goes by the wall clock, which may be set back.
    const dtS = Number.isNaN(this.#atMs) ? 0 : Math.max(0, (nowMs - this.#atMs) / 1000);
    const frames = received < this.#seen ? received : received - this.#seen;
    this.#atMs = nowMs;
    this.#seen = received;
    // A room that stalled has read nothing, whoever sent what.
    const isStalled = dtS > STALL_S;
    if (frames === 0) this.#silentS += dtS;
    findings.excess = this.#spend(frames, dtS, isStalled || (frames === 0 && this.#silentS >= SILENT_S));
    findings.isHeld = this.#wasHeld(frames, dtS, isStalled);
    findings.isAhead = frames > 0 && renderMs > nowMs + AHEAD_MS;
    return findings;
  }

  #spend(frames: number, dtS: number, isSilent: boolean): number {
    const tickHz = this.#tickHz;
    this.#allowed += dtS * tickHz * DRIFT;
    if (isSilent) {
      this.#most = Math.min(Math.max(this.#most, this.#allowed), SILENCE_MAX_S * tickHz);
      this.#shrink = Math.max(tickHz, this.#most / BACKLOG_S);
    } else this.#most = Math.max(EARLY_S * tickHz, this.#most - dtS * this.#shrink);
    this.#allowed = Math.min(this.#allowed, this.#most) - frames;
    if (this.#allowed >= 0) return 0;
    const excess = -this.#allowed;
    this.#allowed = 0;
    return excess;
  }

  #wasHeld(frames: number, dtS: number, isStalled: boolean): boolean {
    if (isStalled) {
      this.#silentS = this.#heldS = 0;
      return false;
    }
    if (frames > 0 && this.#silentS >= HELD_S) {
      this.#heldS = this.#silentS;
      this.#sinceS = this.#since = 0;
    }
    if (frames > 0) this.#silentS = 0;
    if (this.#sinceS > RELEASE_S) this.#heldS = 0;
    if (this.#heldS === 0) return false;
    this.#sinceS += dtS;
    this.#since += frames;
    if (this.#since < HELD_SHARE * Math.min(this.#heldS, SILENCE_MAX_S) * this.#tickHz) return false;
    this.#heldS = 0;
    return true;
  }
}
