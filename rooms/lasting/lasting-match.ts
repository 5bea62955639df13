import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Refusal, refuse, type Versioned, versioned } from "../../shared/index.ts";
import { maySaveLater, tellUnsaved } from "../persistence/unsaved-states.ts";
import type { ZoneFormat } from "../persistence/zone-saves.ts";
import type { Log, MatchClaim, MatchPort, MatchSave, MatchSeat } from "../ports/ports.ts";

/** How long a match that outlives its room is kept. */
export interface LastingOptions {
  /**
   * Days without a change after which it is deleted: 1 to 3,650. One that is over is deleted after the
   * server's `ROOMKEEP_MATCH_OVER_DAYS`.
   */
  readonly days: number;
}

/** A match as JSON, its room time apart: that passes without anybody doing anything. */
export interface MatchContent {
  readonly match: Record<string, unknown>;
  readonly time: Record<string, unknown>;
}

/** What a lasting match needs of its room. */
export interface LastingHost {
  readonly matches: MatchPort;
  readonly log: Log;
  /** Name of the game. */
  readonly game: string;
  /** Code of the room. */
  readonly code: string;
  /** True: the room was opened as a private one. */
  readonly hidden: boolean;
  readonly days: number;
  /** The version of the game's matches, and the steps up from older ones. */
  readonly format: ZoneFormat;
  phase(): string;
  /** False: nothing is played that would have to be kept. */
  isOn(): boolean;
  take(): MatchContent;
  seats(): readonly MatchSeat[];
  /** Whether strangers may find the room. */
  list(open: boolean): void;
  /** The claim was lost: the room is to close unsaved. */
  lost(): void;
}

/** Pauses between attempts to save at the end while the database is away, ms. */
const RETRY_MS = [200, 1_000, 3_000];
/** After a save that failed the next one is tried so much later, ms. */
const AGAIN_MS = 1_000;

/**
 * The match of a room, in the database. What has changed is saved before any player sees it, so that nothing
 * that was seen is lost when the process is killed. While it cannot be saved the match stands still.
 */
export class LastingMatch {
  readonly #host: LastingHost;
  readonly #stored: Versioned<Record<string, unknown>>;
  #claim: MatchClaim | undefined;
  /** Of what was saved last. */
  #mark = "";
  #saving: Promise<void> | undefined;
  /** True once the game has begun or was restored, until the room closes. */
  #isOpen = false;
  #isFailing = false;
  #isListed = true;
  #stopListening: () => void = () => {};

  /** @throws SNAPSHOT_UNSUPPORTED an upgrade is missing, or the state holds what cannot be kept */
  constructor(host: LastingHost) {
    this.#host = host;
    this.#stored = versioned({ name: `match of ${host.game}`, version: 1, ...host.format });
    this.#text(host.take());
  }

  /**
   * Claims the match that has the room's code.
   *
   * @returns its content; undefined: there is none yet, or it was handed over
   * @throws MATCH_OVER, MATCH_SEALED, ROOM_OPEN, ROOM_CLOSED, DATABASE_UNAVAILABLE
   */
  async open(): Promise<MatchContent | undefined> {
    const { matches, code, game } = this.#host;
    let content: MatchContent | undefined;
    const open = (text: string) => {
      content = this.#stored.open(JSON.parse(text)) as unknown as MatchContent;
    };
    this.#claim = await matches.claim(code, { game, roomId: code, open });
    this.#stopListening = matches.onFenced((other, epoch) => {
      if (other !== code || epoch !== this.#claim?.epoch || !this.#isOpen) return;
      this.#stop();
      this.#host.lost();
    });
    return content;
  }

  /** The game has begun, or goes on where it was: what happens from now on is saved. */
  begin(): void {
    this.#isOpen = true;
  }

  /** Saves what has changed. @returns resolves when it is saved; undefined: nothing has changed */
  hold(): Promise<void> | undefined {
    if (!this.#isOpen) return undefined;
    if (this.#saving) return this.#saving;
    const isOn = this.#host.isOn();
    if (this.#isListed === isOn) {
      this.#isListed = !isOn;
      this.#host.list(!isOn);
    }
    // Before its first act there is nothing to keep.
    if (!isOn && !this.#claim) return undefined;
    const content = this.#host.take();
    if (markOf(content) === this.#mark) return undefined;
    this.#saving = this.#saveUntilDone(content).finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  /** The reason why the match stands still; undefined: it does not. */
  get refusal(): Refusal | undefined {
    return this.#isFailing
      ? refuse("DATABASE_UNAVAILABLE", "The match cannot be saved now, and waits. Try again in a moment.")
      : undefined;
  }

  /** Leaves the match to the room that takes over in a hot reload. */
  handOver(): void {
    this.#stop();
    if (this.#claim) this.#host.matches.handOver(this.#claim);
  }

  /** The room could not open: the match is free, as it was. */
  async giveUp(): Promise<void> {
    this.#stop();
    if (!this.#claim) return;
    const { matches, log, code } = this.#host;
    await matches
      .release(this.#claim, undefined)
      .catch((err) => log.warn({ code, err }, "match not given up"));
  }

  /** Saves the last state and closes the match; tries again while the database is away. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#stop();
    await this.#saving;
    if (!this.#claim && !this.#host.isOn()) return;
    for (let attempt = 0; ; attempt++) {
      try {
        const save = this.#saveOf(this.#host.take());
        this.#claim ??= await this.#host.matches.begin(this.#host, save);
        if ((await this.#host.matches.release(this.#claim, save)) === "fenced")
          this.#host.log.warn({ code: this.#host.code }, "match not saved: it has another owner");
        return;
      } catch (error) {
        const wait = maySaveLater(error) ? RETRY_MS[attempt] : undefined;
        if (wait !== undefined) await sleep(wait);
        else {
          tellUnsaved(this.#host.log, "match", { match: this.#host.code }, error);
          return this.giveUp();
        }
      }
    }
  }

  #stop(): void {
    this.#isOpen = false;
    this.#isFailing = false;
    this.#stopListening();
  }

  async #saveUntilDone(first: MatchContent): Promise<void> {
    const { matches, log, code } = this.#host;
    for (let content = first; ; content = this.#host.take()) {
      try {
        const save = this.#saveOf(content);
        const outcome = this.#claim && (await matches.save(this.#claim, save));
        // The room closes, and nobody sees any more of it.
        if (outcome === "fenced") return await new Promise<never>(() => {});
        this.#claim ??= await matches.begin(this.#host, save);
        this.#mark = markOf(content);
        this.#isFailing = false;
        return;
      } catch (error) {
        if (!maySaveLater(error)) {
          tellUnsaved(log, "match", { match: code }, error);
          // It would fail again: the game goes on without it.
          return await this.giveUp();
        }
        if (!this.#isFailing) log.error({ code, err: error }, "match not saved, will try again");
        this.#isFailing = this.#isOpen;
        await sleep(AGAIN_MS);
        if (!this.#isOpen) return;
      }
    }
  }

  #saveOf(content: MatchContent): MatchSave {
    const { days } = this.#host;
    return {
      content: this.#text(content),
      phase: this.#host.phase(),
      over: !this.#host.isOn(),
      days,
      seats: this.#host.seats(),
    };
  }

  #text(content: MatchContent): string {
    return JSON.stringify(this.#stored.wrap(content as unknown as Record<string, unknown>));
  }
}

/** Shows whether anything but the time has changed. */
function markOf({ match }: MatchContent): string {
  return createHash("sha256").update(JSON.stringify(match)).digest("base64");
}
