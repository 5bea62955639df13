import type { ComponentChildren } from "preact";
import { Failure } from "./failure.tsx";
import type { Asked } from "./use-ask.ts";

/** Shows an answer once it is there; until then that it loads, or why it failed. */
export function Loaded<Result>({
  asked,
  children,
}: {
  asked: Asked<Result>;
  children: (answer: Result) => ComponentChildren;
}) {
  const { answer, error, again } = asked;
  return (
    <>
      {error && <Failure error={error} again={again} />}
      {answer === undefined && !error && (
        <p class="loading" aria-busy="true">
          Loading…
        </p>
      )}
      {answer !== undefined && children(answer)}
    </>
  );
}

/** What is shown where there is nothing. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
