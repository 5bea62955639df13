import { randomUUID } from "node:crypto";
import { type Refusal, refuse } from "../../shared/index.ts";
import type { Scrub } from "./scrub.ts";

/** Scrubs that are open at a time; the one that was used longest ago closes. */
const OPEN_MAX = 4;
/** Time after which one that nobody uses closes, ms. */
const IDLE_MS = 5 * 60_000;

interface Open {
  readonly scrub: Scrub;
  timer: NodeJS.Timeout;
}

/** The scrubs that are open somewhere, by their ids. */
export class Scrubs {
  readonly #open = new Map<string, Open>();

  /** Bytes of the pictures that are kept for them. */
  get bytes(): number {
    return [...this.#open.values()].reduce((sum, { scrub }) => sum + scrub.bytes, 0);
  }

  add(scrub: Scrub, id: string = randomUUID()): string {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= OPEN_MAX) this.close(oldest);
    this.#open.set(id, { scrub, timer: this.#wait(id) });
    return id;
  }

  /** @returns SCRUB_UNKNOWN it was closed, or never open here */
  find(id: string): Scrub | Refusal {
    const open = this.#open.get(id);
    if (!open) return refuse("SCRUB_UNKNOWN");
    clearTimeout(open.timer);
    // The last in the map is the one that was used last.
    this.#open.delete(id);
    this.#open.set(id, { scrub: open.scrub, timer: this.#wait(id) });
    return open.scrub;
  }

  close(id: string): void {
    const open = this.#open.get(id);
    if (open) clearTimeout(open.timer);
    this.#open.delete(id);
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }

  #wait(id: string): NodeJS.Timeout {
    return setTimeout(() => this.close(id), IDLE_MS).unref();
  }
}
