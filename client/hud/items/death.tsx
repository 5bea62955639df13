import { useLayoutEffect, useRef } from "preact/hooks";
import type { Page } from "../../page-state.ts";

/** After a death: where everything is, and the way back up. */
export function DeathScreen({ page: { things } }: { page: Page }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  return (
    <div class="death" role="alertdialog" aria-label="You fell" data-testid="death">
      <div class="panel">
        <h2>You fell</h2>
        <p>
          What you carried lies here in a pile. For a while only you may fetch it. An arrow will show you the
          way.
        </p>
        <button class="go" type="button" ref={button} onClick={() => things.bag.revive()}>
          Get up
        </button>
      </div>
    </div>
  );
}

/** The way to one's own pile. */
export function OwnPileSign({ page: { things } }: { page: Page }) {
  const grave = things.ownPile.value;
  if (!grave || things.bag.dead.value) return null;
  return (
    <div class="grave" role="status" data-testid="grave">
      <svg viewBox="-10 -10 20 20" style={{ transform: `rotate(${grave.bearingDeg}deg)` }} aria-hidden="true">
        <path
          d="M0-8 6 6 0 3-6 6z"
          fill="#ffd97a"
          stroke="#7a4a10"
          stroke-width="1.4"
          stroke-linejoin="round"
        />
      </svg>
      Your things lie {grave.distanceM} m away
    </div>
  );
}
