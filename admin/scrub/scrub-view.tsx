import { useEffect, useState } from "preact/hooks";
import type { LevelPicture } from "../api/shapes.ts";
import { Failure } from "../kit/failure.tsx";
import { timeText } from "../kit/format.ts";
import { PickActor } from "../rooms/pick-actor.tsx";
import { PictureView } from "../rooms/picture-view.tsx";
import type { FrameTrack } from "./frame-track.ts";
import { type Scrubbed, type ScrubOpened, type ScrubSource, useScrub } from "./use-scrub.ts";

/** How long the trail of the marked one is, s. */
const TRAIL_S = 5;
const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** A world of the past, with a slider over its time. */
export function ScrubView({ source }: { source: ScrubSource }) {
  const scrubbed = useScrub(source);
  const { opened, track, loadedTo, error, again } = scrubbed;
  if (error !== undefined) return <Failure error={error} again={again} />;
  if (!opened || track.frames.length === 0)
    return (
      <p class="loading" aria-busy="true">
        The room's past is run again…
      </p>
    );
  return (
    <Slider
      key={`${source.key} ${opened.endedMs} ${opened.toTick}`}
      opened={opened}
      track={track}
      loadedTo={loadedTo}
      again={again}
    />
  );
}

function Slider({
  opened,
  track,
  loadedTo,
  again,
}: Pick<Scrubbed, "track" | "loadedTo" | "again"> & { opened: ScrubOpened }) {
  const { fromTick, toTick, tickHz, everyTicks, endedMs } = opened;
  const [tick, setTick] = useState(fromTick);
  const [speed, setSpeed] = useState(1);
  const [isPlaying, setPlaying] = useState(false);
  const [marked, setMarked] = useState<string>();
  const level = (opened.level ?? undefined) as unknown as LevelPicture | undefined;
  usePlayback(
    isPlaying,
    () => {
      const next = Math.min(loadedTo, tick + everyTicks);
      setTick(next);
      if (next >= toTick) setPlaying(false);
    },
    (everyTicks / tickHz / speed) * 1_000,
  );
  const frame = track.at(tick);
  const backS = (toTick - tick) / tickHz;
  return (
    <div class="scrub">
      <PictureView
        label={`${level?.name ?? "The level"} from above, ${backS.toFixed(1)} s before the end`}
        drawn={{
          level,
          frame,
          who: track.who,
          marked,
          trail: marked === undefined ? [] : track.trail(marked, tick, TRAIL_S * tickHz),
        }}
        pick={setMarked}
      />
      <div class="line">
        <button
          type="button"
          class="strong"
          onClick={() => {
            if (!isPlaying && tick >= toTick) setTick(fromTick);
            setPlaying(!isPlaying);
          }}
        >
          {isPlaying ? "Pause" : "Play"}
        </button>
        <input
          type="range"
          aria-label="Time"
          aria-valuetext={`${backS.toFixed(1)} seconds before the end`}
          min={fromTick}
          max={toTick}
          step={everyTicks}
          value={tick}
          onInput={({ currentTarget: { value } }) => setTick(Math.min(Number(value), loadedTo))}
        />
        <output>−{backS.toFixed(1)} s</output>
      </div>
      <p class="faint" role="status">
        {timeText(endedMs - backS * 1_000)} · tick {frame?.tick ?? tick}
        {loadedTo < toTick &&
          ` · ${Math.round((100 * (loadedTo - fromTick)) / Math.max(1, toTick - fromTick))} % loaded`}
      </p>
      <div class="filter">
        <p class="field narrow">
          <label for="speed">Speed</label>
          <select
            id="speed"
            value={speed}
            onChange={({ currentTarget: { value } }) => setSpeed(Number(value))}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one} ×
              </option>
            ))}
          </select>
        </p>
        <PickActor who={track.who} marked={marked} mark={setMarked} frame={frame} />
        <button type="button" onClick={again}>
          Read again
        </button>
      </div>
      {opened.warnings.map((warning) => (
        <p class="notice" key={warning}>
          {warning}
        </p>
      ))}
      <Verdict exact={track.exact} />
    </div>
  );
}

function Verdict({ exact }: Pick<FrameTrack, "exact">) {
  if (exact === null) return null;
  return exact ? (
    <p class="notice good">The re-run is exact: its worlds have the hashes of the room's.</p>
  ) : (
    <p class="notice">The re-run differs from what the room was: take it as a hint only.</p>
  );
}

/** Calls a step again and again while it plays. */
function usePlayback(isPlaying: boolean, step: () => void, everyMs: number): void {
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(step, everyMs);
    return () => clearTimeout(timer);
  });
}
