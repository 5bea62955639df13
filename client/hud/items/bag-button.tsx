import type { ItemsStore } from "../../items/items-store.ts";

/** Opens and closes the bag. */
export function BagButton({ items: { bag, open } }: { items: ItemsStore }) {
  if (!bag.available.value) return null;
  return (
    <button
      type="button"
      aria-label="Bag"
      title="Bag (B)"
      aria-expanded={open.value}
      onClick={() => {
        open.value = !open.value;
      }}
    >
      <svg class="bag-icon" viewBox="0 0 20 20" aria-hidden="true">
        <path d="M6.500 6a3.500 3.500 0 0 1 7 0" fill="none" stroke="currentColor" stroke-width="1.900" />
        <path d="M4 6.500h12l1.300 9.300a2 2 0 0 1-2 2.200H4.700a2 2 0 0 1-2-2.200z" fill="currentColor" />
      </svg>
    </button>
  );
}
