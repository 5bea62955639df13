import { type Signal, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { ChatLine, SanctionMessage } from "../shared/internal.ts";
import { type NetStats, noNetStats } from "./net-stats.ts";
import { type Feed, openFeed } from "./social/feed.ts";
import type { HudSlot } from "./view.ts";

/** A line in the chat panel. `key` grows. */
export interface ChatEntry extends ChatLine {
  key: number;
  /** Undefined: it was said in the room. */
  channel?: "whisper" | "party" | "announcement";
  /** Outcome of an own line: delivered, not online. */
  note?: string;
}

/** Most lines of the chat; older ones are dropped. */
const LINES_MAX = 80;

/** Adds a line to the chat. */
export function addLine({ lines }: HudStore, line: Omit<ChatEntry, "key">): void {
  const key = (lines.value.at(-1)?.key ?? 0) + 1;
  lines.value = [...lines.value.slice(1 - LINES_MAX), { ...line, key }];
}

/** What a game shows in a slot. A new object each time it is shown: the same function renders again. */
export interface SlotContent {
  render(): ComponentChild;
}

/** What the HUD shows of the open room. */
export interface HudStore {
  /** The room that the chat lines belong to. */
  roomId: string;
  readonly lines: Signal<readonly ChatEntry[]>;
  readonly notice: Signal<string>;
  /** The last that moderators did to this player, until it is read; of a kick or ban after the room too. */
  readonly sanction: Signal<SanctionMessage | undefined>;
  /** Feed of recent events. */
  readonly feed: Feed;
  readonly netStats: Signal<NetStats>;
  /** Whether the panel of rates is open. */
  readonly netStatsOpen: Signal<boolean>;
  readonly players: Signal<number>;
  readonly slots: Record<HudSlot, Signal<SlotContent | null>>;
}

/** Shows something in a slot of the game's own; the same function again is rendered again. */
export function showSlot(
  hud: Pick<HudStore, "slots">,
  slot: HudSlot,
  render: SlotContent["render"] | null,
): void {
  hud.slots[slot].value = render && { render };
}

/** Makes an empty {@link HudStore}. */
export function openHudStore(): HudStore {
  return {
    roomId: "",
    lines: signal([]),
    notice: signal(""),
    sanction: signal(undefined),
    feed: openFeed(),
    netStats: noNetStats(),
    netStatsOpen: signal(false),
    players: signal(0),
    slots: { top: signal(null), side: signal(null), center: signal(null) },
  };
}
