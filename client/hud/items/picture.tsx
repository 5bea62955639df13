import { labelOf } from "../../items/item-labels.ts";
import type { ItemsView } from "../../view.ts";

/** A picture of an item: the game's own, else a gem with the item's icon, in a colour made from its name. */
export function Picture({ itemsView, template }: { itemsView: ItemsView; template: string }) {
  const own = itemsView.picture?.(template);
  const hue = hueOf(template);
  const icon = itemsView.templates[template]?.icon ?? labelOf(itemsView, template).charAt(0);
  return (
    <svg class="picture" viewBox="0 0 48 48" aria-hidden="true">
      {own ?? (
        <>
          <path
            d="M24 5 40 14v20L24 43 8 34V14z"
            fill={`hsl(${hue} 62% 62%)`}
            stroke={`hsl(${hue} 45% 38%)`}
            stroke-width="2.4"
            stroke-linejoin="round"
          />
          <path d="M24 5 40 14 24 23 8 14z" fill="#fff" opacity=".38" />
          <text x="24" y="34" text-anchor="middle" font-size="19" font-weight="800" fill="#2b2238">
            {icon}
          </text>
        </>
      )}
    </svg>
  );
}

/** A coin, for prices. */
export function Coin() {
  return (
    <svg class="coin" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8.6" fill="#f6b93b" stroke="#b7791f" stroke-width="1.6" />
      <circle cx="10" cy="10" r="5.4" fill="#ffd97a" stroke="#d9972b" stroke-width="1.2" />
    </svg>
  );
}

function hueOf(text: string): number {
  let hue = 7;
  for (const letter of text) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return hue;
}
