import { useMemo, useState } from "preact/hooks";
import { Act } from "../kit/act.tsx";
import { bytesText } from "../kit/format.ts";
import { linkTo } from "../kit/route.ts";
import { ScrubView } from "./scrub-view.tsx";
import { roomScrub } from "./use-scrub.ts";

/** The last seconds of an open room. */
export function RoomScrub({ roomId }: { roomId: string }) {
  const source = useMemo(() => roomScrub(roomId), [roomId]);
  const [kept, setKept] = useState<{ id: string; seconds: number; bytes: number }>();
  return (
    <>
      <ScrubView source={source} />
      <p class="buttons">
        <Act
          op="recordings.keep"
          label="Keep this recording"
          title={`Keep the last seconds of ${roomId}`}
          text="As they are now. It can be opened again after the room has closed."
          params={{ roomId }}
          onDone={setKept}
        />
      </p>
      {kept && (
        <p class="notice good" role="status">
          <a href={linkTo(["recordings", kept.id])}>
            {kept.seconds.toFixed(0)} s are kept, {bytesText(kept.bytes)}
          </a>
        </p>
      )}
    </>
  );
}
