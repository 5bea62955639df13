import { type Signal, signal } from "@preact/signals";
import type { Prediction } from "./network/predict.ts";
import type { JoinedRoom } from "./room/joined-room.ts";
import type { Stage } from "./scene/stage.ts";

/** Rates and delays of the room, measured in this page. */
export interface NetStats {
  /** Steps a second, as the room chose. */
  readonly tickHz: number;
  /** Patches a second, measured. */
  readonly patchHz: number;
  /** Interpolation delay of other actors, ms. */
  readonly interpolationMs: number;
  /** Round trip to the server, ms. */
  readonly roundTripMs: number;
  /** Input frames that the server has not answered yet. */
  readonly pending: number;
  /** Frames drawn a second. */
  readonly fps: number;
}

/** All zero, before the first measurement. */
export function noNetStats(): Signal<NetStats> {
  return signal({ tickHz: 0, patchHz: 0, interpolationMs: 0, roundTripMs: 0, pending: 0, fps: 0 });
}

/** Sources and target of {@link watchNetStats}. */
export interface NetStatsOptions {
  readonly room: JoinedRoom;
  readonly prediction: Prediction;
  readonly stage: Stage;
  readonly stats: Signal<NetStats>;
}

/** A message within this part of a tick belongs to the patch before it. */
const PATCH_SHARE = 0.25;

/** Measures once a second. @returns stops */
export function watchNetStats({ room, prediction, stage, stats }: NetStatsOptions): () => void {
  let patches = 0;
  let since = performance.now();
  let roundTripMs = 0;
  let patchAt = 0;
  // With interest management a patch consists of several messages in a row.
  const count = () => {
    const now = performance.now();
    if ((now - patchAt) * prediction.tickHz < PATCH_SHARE * 1000) return;
    patchAt = now;
    patches++;
  };
  room.onStateChange(count);
  const timer = setInterval(() => {
    const now = performance.now();
    stats.value = {
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
    clearInterval(timer);
    room.onStateChange.remove(count);
  };
}
