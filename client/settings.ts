import { effect, type Signal, signal } from "@preact/signals";
import type { Quality } from "./scene/stage.ts";
import { readStored, writeStored } from "./storage.ts";

/** Settings of the player, stored in this browser. */
export interface Settings {
  /** 0…1. */
  readonly volume: Signal<number>;
  /** Factor on camera movement by mouse, touch and stick, 0.2…3. */
  readonly sensitivity: Signal<number>;
  /** Less movement on the screen. Default: the system setting. */
  readonly reducedMotion: Signal<boolean>;
  /** Shadows, resolution and detail; "auto" follows the frame rate. */
  readonly quality: Signal<Quality>;
  /** Draws bodies, triggers, cells of interest and rays. Not stored. */
  readonly debug: Signal<boolean>;
  /** For which lines of the chat a sound is played. */
  readonly chatSound: Signal<ChatSound>;
  /** Players whose chat and bubbles are hidden. */
  readonly muted: Signal<readonly MutedPlayer[]>;
  /** Session ids of players of the open room who are hidden, such as blocked ones: no emotes. Not stored. */
  readonly hidden: Signal<ReadonlySet<string>>;
  /** Their names are hidden too. */
  readonly hideNames: Signal<boolean>;
}

/** `mine`: whispers, and lines with the own name. */
export type ChatSound = "all" | "mine" | "none";

/** A muted player: by character, whatever they are called by now. */
export interface MutedPlayer {
  /** Character id. */
  readonly id: string;
  /** As it was when they were muted. */
  readonly name: string;
}

/** Reads the settings and stores every change. */
export function openSettings(): Settings {
  const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const settings: Settings = {
    volume: storedSignal("volume", 0.5, (value) => typeof value === "number"),
    sensitivity: storedSignal("sensitivity", 1, (value) => typeof value === "number"),
    reducedMotion: storedSignal("reducedMotion", reducedMotion, (value) => typeof value === "boolean"),
    quality: storedSignal<Quality>("quality", "auto", (value) =>
      ["auto", "high", "low"].includes(String(value)),
    ),
    debug: signal(false),
    chatSound: storedSignal<ChatSound>("chatSound", "mine", (value) =>
      ["all", "mine", "none"].includes(String(value)),
    ),
    hidden: signal(new Set()),
    hideNames: storedSignal("hideNames", false, (value) => typeof value === "boolean"),
    muted: storedSignal<readonly MutedPlayer[]>("mutedCharacters", [], Array.isArray),
  };
  return settings;
}

function storedSignal<T>(name: string, fallback: T, fits: (value: unknown) => boolean): Signal<T> {
  const stored = readStored(`settings.${name}`);
  const value = signal<T>(fits(stored) ? (stored as T) : fallback);
  let first = true;
  effect(() => {
    const next = value.value;
    // A setting that was never changed is not stored, so that a new default or system setting takes effect.
    if (!first) writeStored(`settings.${name}`, next);
    first = false;
  });
  return value;
}
