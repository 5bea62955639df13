import { type Signal, signal } from "@preact/signals";
import type { GameRoom, Prediction } from "./network/predict.ts";
import type { Stage } from "./scene/stage.ts";

/** How often the room steps and sends, and how late it is seen here. */
export interface NetStats {
  /** Steps a second, as the room chose. */
  readonly tickHz: number;
  /** Patches a second that came lately. */
  readonly patchHz: number;
  /** How far in the past others are shown, ms. */
  readonly interpolationMs: number;
  /** To the room and back, ms. */
  readonly roundTripMs: number;
  /** Input frames that are on their way or not answered yet. */
  readonly pending: number;
  /** Frames drawn a second. */
  readonly fps: number;
}

/** Before anything was measured. */
export function noNetStats(): Signal<NetStats> {
  return signal({ tickHz: 0, patchHz: 0, interpolationMs: 0, roundTripMs: 0, pending: 0, fps: 0 });
}

/** What {@link watchNetStats} looks at. */
export interface NetStatsOptions {
  readonly room: GameRoom;
  readonly prediction: Prediction;
  readonly stage: Stage;
  readonly stats: Signal<NetStats>;
}

/** What comes within this part of a tick belongs to the patch that has begun. */
const PATCH_SHARE = 0.25;

/** Measures once a second. @returns stops */
export function watchNetStats({ room, prediction, stage, stats: rates }: NetStatsOptions): () => void {
  let patches = 0;
  let since = performance.now();
  let roundTripMs = 0;
  let patchAt = 0;
  // With interest a patch is several frames, which come one right after the other.
  const count = () => {
    const now = performance.now();
    if ((now - patchAt) * prediction.tickHz < PATCH_SHARE * 1000) return;
    patchAt = now;
    patches++;
  };
  room.onStateChange(count);
  const beat = setInterval(() => {
    const now = performance.now();
    rates.value = {
      tickHz: prediction.tickHz,
      patchHz: (patches * 1000) / (now - since),
      interpolationMs: prediction.interpolationMs,
      roundTripMs,
      pending: prediction.pending,
      fps: stage.fps,
    };
    patches = 0;
    since = now;
    room.ping((ms) => {
      roundTripMs = ms;
    });
  }, 1000);
  return () => {
    clearInterval(beat);
    room.onStateChange.remove(count);
  };
}
