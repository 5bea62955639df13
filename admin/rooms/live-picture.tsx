import { useEffect, useRef, useState } from "preact/hooks";
import { ask } from "../api/ask.ts";
import { isWatched } from "../api/idle.ts";
import type { LevelPicture, Picture } from "../api/shapes.ts";
import { Failure } from "../kit/failure.tsx";
import { numberText } from "../kit/format.ts";
import { PickActor } from "./pick-actor.tsx";
import { PictureView } from "./picture-view.tsx";

const EVERY_MS = 1_000;

/** A room's world as it is, once a second. */
export function LivePicture({ roomId }: { roomId: string }) {
  const { picture, level, error } = usePicture(roomId);
  const [marked, setMarked] = useState<string>();
  const who = picture?.who ?? {};
  return (
    <>
      {error !== undefined && <Failure error={error} />}
      {!picture && error === undefined && <p class="loading">Loading…</p>}
      <PictureView
        label={`${level?.name ?? "The level"} from above`}
        drawn={{ level, frame: picture, who, marked }}
        pick={setMarked}
      />
      {picture && (
        <>
          <PickActor who={who} marked={marked} mark={setMarked} frame={picture} />
          <p class="faint">
            Tick {numberText(picture.tick)} · {numberText(picture.actors.length)} actors
            {picture.left > 0 && `, ${picture.left} more are not drawn`}
          </p>
        </>
      )}
    </>
  );
}

/** Asks for pictures; for the level once. */
function usePicture(roomId: string) {
  const [picture, setPicture] = useState<Picture>();
  const [error, setError] = useState<unknown>();
  const level = useRef<LevelPicture | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const next = async () => {
      if (isWatched())
        try {
          const version = level.current?.version;
          const answer = await ask(
            "rooms.picture",
            { roomId, ...(version && { level: version }) },
            stop.signal,
          );
          if (answer.level) level.current = answer.level as unknown as LevelPicture;
          setPicture(answer.picture);
          setError(undefined);
        } catch (failed) {
          if (stop.signal.aborted) return;
          setError(failed);
        }
      timer = setTimeout(next, EVERY_MS);
    };
    void next();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [roomId]);
  return { picture, level: level.current, error };
}
