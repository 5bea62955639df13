import type { Page } from "./page.ts";
import { FAR_DROP } from "./range-room.ts";

/** A way to cheat: what the page does each tick from the moment on when it begins. */
export interface CheatKind {
  readonly kind: string;
  /** Accounts that help it, on the same machine. */
  readonly helpers?: number;
  /** @param tick ticks since it began */
  play(page: Page, tick: number, helpers: readonly Page[]): void;
}

const every = (ticks: number, tick: number) => tick % ticks === 0;

/** The kinds of cheating page. */
export const CHEAT_KINDS: readonly CheatKind[] = [
  {
    kind: "clock that runs 1.2 times as fast",
    play: (page) => {
      page.rate = 1.2;
    },
  },
  {
    kind: "clock that runs twice as fast",
    play: (page) => {
      page.rate = 2;
    },
  },
  {
    kind: "flood of input frames",
    play: (page) => {
      page.rate = 10;
    },
  },
  {
    kind: "lag switch: held back for 2.6 s, sent at once, again and again",
    play: (page, tick) => {
      if (every(56, tick)) page.holdUntilMs = page.room.nowMs + 2_600;
    },
  },
  {
    kind: "times in the room's future",
    play: (page) => {
      page.aheadMs = 2_000;
    },
  },
  { kind: "speed of 20 m/s by claimed dashes", play: (page) => page.send("dash", { x: 1, z: 0 }) },
  {
    kind: "teleport by claimed dashes",
    play: (page, tick) => {
      if (every(30, tick)) page.send("dash", { x: every(60, tick) ? 30 : -30, z: 0 });
    },
  },
  {
    kind: "reach across the level",
    play: (page, tick) => {
      if (every(10, tick)) page.send("item.take", { request: `far:${tick}`, actor: FAR_DROP.id });
    },
  },
  { kind: "fire at ten times the rate", play: (page) => page.send("shoot", {}) },
  { kind: "flood of messages", play: (page) => page.send("chat", { text: "Buy coins at" }) },
  {
    kind: "messages that no page has",
    play: (page, tick) => {
      if (every(20, tick)) page.send("give-coins", { coins: 1_000_000 });
    },
  },
  {
    kind: "coins collected from account after account",
    helpers: 10,
    play: (page, tick, helpers) => {
      const helper = helpers[Math.floor(tick / 15) % helpers.length];
      if (every(15, tick)) helper?.give(page.id);
    },
  },
];
