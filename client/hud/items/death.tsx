import { useLayoutEffect, useRef } from "preact/hooks";
import type { Bag } from "../../items/bag.ts";
import type { ItemsStore } from "../../items/items-store.ts";

/** After a death: where the items are, and the button that revives. */
export function DeathScreen({ bag }: { bag: Bag }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => button.current?.focus(), []);
  return (
    <div class="death" role="alertdialog" aria-label="You died" data-testid="death">
      <div class="panel">
        <h2>You died</h2>
        <p>
          Your items lie here in a pile. For a while only you can take them. An arrow will show you the way
          back.
        </p>
        <button class="go" type="button" ref={button} onClick={() => bag.revive()}>
          Get up
        </button>
      </div>
    </div>
  );
}

/** The direction of the own pile and how far it is. */
export function OwnPileSign({ items: { ownPile, bag } }: { items: ItemsStore }) {
  const pile = ownPile.value;
  if (!pile || bag.dead.value) return null;
  return (
    <div class="grave" role="status" data-testid="grave">
      <svg viewBox="-10 -10 20 20" style={{ transform: `rotate(${pile.bearingDeg}deg)` }} aria-hidden="true">
        <path
          d="M0-8 6 6 0 3-6 6z"
          fill="#ffd97a"
          stroke="#7a4a10"
          stroke-width="1.4"
          stroke-linejoin="round"
        />
      </svg>
      Your items are {pile.distanceM} m away
    </div>
  );
}
