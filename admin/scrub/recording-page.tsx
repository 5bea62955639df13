import { useMemo } from "preact/hooks";
import { linkTo } from "../kit/route.ts";
import { ScrubView } from "./scrub-view.tsx";
import { keptScrub } from "./use-scrub.ts";

/** A recording that was kept, run again. */
export function RecordingPage({ recording }: { recording: string }) {
  const source = useMemo(() => keptScrub(recording), [recording]);
  return (
    <>
      <p>
        <a href={linkTo(["recordings"])}>Kept recordings</a>
      </p>
      <h1>Kept recording</h1>
      <section class="sheet">
        <ScrubView source={source} />
      </section>
    </>
  );
}
