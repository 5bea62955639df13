import { useEffect } from "preact/hooks";
import type { OverflowRoomsStore } from "../../network/overflow-rooms.ts";

/** How often the list is asked for while it is shown, ms. */
const LIST_MS = 2_000;

interface OverflowRoomsProps {
  overflowRooms: OverflowRoomsStore;
  close(): void;
}

/** The other rooms of this place, if it has several, and a button to change to each. */
export function OverflowRooms({ overflowRooms, close }: OverflowRoomsProps) {
  useEffect(() => {
    overflowRooms.refresh();
    const timer = setInterval(overflowRooms.refresh, LIST_MS);
    return () => clearInterval(timer);
  }, [overflowRooms]);
  const others = overflowRooms.others.value;
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
                overflowRooms.changeTo(code);
                close();
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
