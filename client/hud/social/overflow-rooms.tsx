import { useEffect } from "preact/hooks";
import type { Page } from "../../page-state.ts";

/** The other rooms of this place, where it has several, and the way there. */
export function OverflowRooms({ page: { siblings, overlay } }: { page: Page }) {
  useEffect(() => {
    siblings.refresh();
    const beat = setInterval(siblings.refresh, 2_000);
    return () => clearInterval(beat);
  }, [siblings]);
  const others = siblings.others.value;
  if (others.length === 0) return null;
  return (
    <>
      <span class="label">More rooms of this place</span>
      <ul class="rooms people" data-testid="siblings">
        {others.map(({ code, players, max }) => (
          <li key={code} class="row">
            <span class="dot" style={{ opacity: players < max ? 1 : 0.3 }} />
            <b class="grow">{code}</b>
            <span class="count">
              {players}/{max}
            </span>
            <button
              type="button"
              disabled={players >= max}
              aria-label={`Go to ${code}`}
              onClick={() => {
                siblings.changeTo(code);
                overlay.value = "none";
              }}
            >
              Go there
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
