import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type ResultOf } from "../api/ask.ts";
import type { ScrubFrames } from "../api/shapes.ts";
import { FrameTrack } from "./frame-track.ts";

/** What an opened scrub says of itself. */
export type ScrubOpened = ResultOf<"recordings.open">;

/** Where the pictures come from. */
export interface ScrubSource {
  /** Another one is another source. */
  readonly key: string;
  /** Opens it. @returns also how pictures are asked for */
  open(signal: AbortSignal): Promise<{ readonly opened: ScrubOpened; readonly frames: AskFrames }>;
}

type AskFrames = (fromTick: number, toTick: number) => Promise<ScrubFrames>;

/** The last seconds of a room. It closes there by itself when nobody asks any more. */
export function roomScrub(roomId: string): ScrubSource {
  return {
    key: `room ${roomId}`,
    async open(signal) {
      const { scrub, ...opened } = await ask("recordings.scrub", { roomId }, signal);
      const frames: AskFrames = (fromTick, toTick) =>
        ask("recordings.frames", { roomId, scrub, fromTick, toTick }, signal);
      return { opened: { ...opened, warnings: [] }, frames };
    },
  };
}

/** A recording that was kept. */
export function keptScrub(recording: string): ScrubSource {
  return {
    key: `recording ${recording}`,
    async open(signal) {
      const opened = await ask("recordings.open", { recording }, signal);
      const frames: AskFrames = (fromTick, toTick) =>
        ask("recordings.recorded-frames", { recording, fromTick, toTick }, signal);
      return { opened, frames };
    },
  };
}

/** What has come in so far. */
export interface Scrubbed {
  readonly opened: ScrubOpened | undefined;
  readonly track: FrameTrack;
  /** The tick up to which there are pictures. */
  readonly loadedTo: number;
  readonly error: unknown;
  /** Opens anew: the last seconds as they are then. */
  again(): void;
}

/** Opens a scrub and takes in its pictures, piece by piece. */
export function useScrub(source: ScrubSource): Scrubbed {
  const [turn, setTurn] = useState(0);
  const [opened, setOpened] = useState<ScrubOpened>();
  const [loadedTo, setLoadedTo] = useState(0);
  const [error, setError] = useState<unknown>();
  const track = useRef(new FrameTrack());
  // the key says which source it is; `turn` opens anew
  useEffect(() => {
    const stop = new AbortController();
    track.current = new FrameTrack();
    setOpened(undefined);
    setError(undefined);
    setLoadedTo(0);
    const load = async () => {
      const { opened: answer, frames } = await source.open(stop.signal);
      setOpened(answer);
      for (let tick = answer.fromTick; ; ) {
        const piece = await frames(tick, answer.toTick);
        track.current.add(piece);
        tick = piece.nextTick;
        setLoadedTo(piece.done ? answer.toTick : tick - 1);
        if (piece.done) return;
      }
    };
    load().catch((failed: unknown) => {
      if (!stop.signal.aborted) setError(failed);
    });
    return () => stop.abort();
  }, [source.key, turn]);
  return { opened, track: track.current, loadedTo, error, again: () => setTurn(turn + 1) };
}
