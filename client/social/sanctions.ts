import type { SanctionMessage } from "../../shared/internal.ts";

/** What the page says of a sanction. */
export interface SanctionText {
  readonly title: string;
  readonly text: string;
  /** Reason, end, and how to appeal; those that there are. */
  readonly details: readonly (readonly [label: string, text: string])[];
}

const TITLES = {
  warn: "A warning from the moderators",
  mute: "You are muted",
  kick: "A moderator removed you",
  ban: "You are banned",
} as const;

/** The words for a sanction, with times of this device. */
export function sanctionText(sanction: Omit<SanctionMessage, "id">): SanctionText {
  const { kind, reason, until, appeal } = sanction;
  const isLasting = kind === "mute" || kind === "ban";
  const end = until === null ? "It has no end." : new Date(until).toLocaleString([], FORMAT);
  return {
    title: TITLES[kind],
    text: textOf(sanction),
    details: [
      ["Reason", reason],
      ["Until", isLasting ? end : ""],
      ["To appeal", appeal],
    ].filter((detail): detail is [string, string] => detail[1] !== ""),
  };
}

const FORMAT = { dateStyle: "medium", timeStyle: "short" } as const;

function textOf({ kind, chat = true, voice = false }: Omit<SanctionMessage, "id">): string {
  switch (kind) {
    case "warn":
      return "Please read this before you play on.";
    case "mute":
      if (!chat) return "Others do not hear you. You can play on.";
      return voice
        ? "Others neither read nor hear you. You can play on."
        : "You cannot write to others. You can play on.";
    case "kick":
      return "Your character is saved, and you may join again.";
    case "ban":
      return "You cannot play here now. Your character is saved. In your account you can still download or delete your data.";
  }
}
