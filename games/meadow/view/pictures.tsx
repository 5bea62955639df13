import type { ItemsView } from "roomkeep/client";
import { ITEMS, type Thing, WORN } from "../items.ts";
import { wear } from "./wear.ts";

/** Pictures of the meadow's items for bag, trade and shop. */
export const meadowItems: ItemsView = {
  templates: ITEMS,
  worn: WORN,
  uses: { herb: "Eat", meat: "Eat" },
  wear,
  picture: (template) => PICTURES[template as Thing]?.(),
};

const INK = { stroke: "#4a3628", "stroke-width": 1.8, "stroke-linejoin": "round" } as const;

const PICTURES: Record<Thing, () => ReturnType<NonNullable<ItemsView["picture"]>>> = {
  arrow: () => (
    <g transform="rotate(45 24 24)">
      <path d="M24 8v33" stroke="#a8713f" stroke-width="3.4" stroke-linecap="round" />
      <path d="M24 2l5.500 10h-11z" fill="#aeb9c4" {...INK} />
      <path d="M24 31l6 5v9l-6-4-6 4v-9z" fill="#ff7b6b" {...INK} />
    </g>
  ),
  herb: () => (
    <g>
      <path d="M24 44c0-10 0-16 1-22" stroke="#3f8a4a" stroke-width="3" fill="none" stroke-linecap="round" />
      <path d="M24 38c-9 0-14-4-16-11 8-1 14 3 16 11z" fill="#6cbf63" {...INK} />
      <path d="M24 34c8 0 13-4 15-10-8-1-13 2-15 10z" fill="#4fa356" {...INK} />
      {[0, 72, 144, 216, 288].map((degrees) => (
        <ellipse
          key={degrees}
          cx="25"
          cy="7.500"
          rx="4.600"
          ry="6"
          fill="#ff9ad5"
          transform={`rotate(${degrees} 25 15)`}
          {...INK}
        />
      ))}
      <circle cx="25" cy="15" r="4.600" fill="#ffd75e" {...INK} />
    </g>
  ),
  meat: () => (
    <g>
      <path d="M31 31l8 8" stroke="#f6ead6" stroke-width="7" stroke-linecap="round" />
      <circle cx="41" cy="37" r="4" fill="#f6ead6" {...INK} />
      <circle cx="37" cy="41" r="4" fill="#f6ead6" {...INK} />
      <path d="M10 12c8-8 20-5 24 4s2 18-4 20-14 2-20-5-6-13 0-19z" fill="#c9573f" {...INK} />
      <path d="M14 15c4-4 10-4 14-1" stroke="#f2a58d" stroke-width="3" fill="none" stroke-linecap="round" />
    </g>
  ),
  hide: () => (
    <path d="M10 7l7 4h14l7-4 2 9-5 5 1 9 6 8-9 4-6-5h-6l-6 5-9-4 6-8 1-9-5-5z" fill="#b98552" {...INK} />
  ),
  "straw-hat": () => (
    <g>
      <ellipse cx="24" cy="32" rx="21" ry="8" fill="#f2d27a" {...INK} />
      <path d="M12 31c0-12 4-18 12-18s12 6 12 18c-7 3-17 3-24 0z" fill="#f7dd92" {...INK} />
      <path d="M12 29c7 3 17 3 24 0v-4c-7 3-17 3-24 0z" fill="#e2583f" {...INK} />
    </g>
  ),
  boots: () => (
    <g>
      <path d="M9 8h12v20c2 3 8 3 9 7v5H9z" fill="#8a5a36" {...INK} />
      <path d="M9 8h12v5H9z" fill="#c08a58" {...INK} />
      <path d="M9 38h21v4H9z" fill="#4a3628" {...INK} />
      <path d="M27 12h11v16c2 3 6 3 7 7v5H32v-5c-1-3-4-4-5-6z" fill="#7a4d2c" {...INK} />
    </g>
  ),
  longbow: () => (
    <g>
      <path
        d="M12 5c26 4 30 12 31 31"
        stroke="#4a3628"
        stroke-width="6.500"
        fill="none"
        stroke-linecap="round"
      />
      <path
        d="M12 5c26 4 30 12 31 31"
        stroke="#b67d48"
        stroke-width="3.800"
        fill="none"
        stroke-linecap="round"
      />
      <path d="M12 5l31 31" stroke="#f6ead6" stroke-width="1.500" />
      <path d="M32 10l6 6" stroke="#e2583f" stroke-width="7" stroke-linecap="round" />
    </g>
  ),
};
