import type { CarriedItems } from "../../items/inventory-preview.ts";
import { labelOf } from "../../items/item-labels.ts";
import type { ItemsView } from "../../view.ts";
import { dragged, type DragSource, useDrag } from "./drag.tsx";
import { Picture } from "./picture.tsx";

interface CellProps {
  look: ItemsView;
  /** What it holds: enough to draw and drag it. */
  stack: Pick<CarriedItems, "id" | "template" | "qty"> | undefined;
  /** For people: "Bag, slot 4". */
  place: string;
  /** Key of this cell as a place to drop on. */
  drop: string;
  /** Of an empty cell: what belongs there. */
  hint?: string | undefined;
  chosen?: boolean;
  refused?: boolean;
  /** Not to be dropped on by what is dragged. */
  closed?: boolean;
  /** How many of it are on offer. */
  offered?: number;
  /** The one that Tab reaches. */
  first?: boolean;
  land?: DragSource["drop"];
  /** How many are dragged; default: all. */
  lifts?: number;
  press(): void;
  twice?(): void;
}

/** One slot: a button, a thing to drag, and a place to drop on. */
export function Cell(props: CellProps) {
  const { look, stack, place, drop, hint, chosen, refused, closed, offered = 0, first, land } = props;
  const grip = useDrag(stack && land && { ...stack, qty: props.lifts ?? stack.qty, drop: land });
  const { wasDrag, ...handlers } = grip;
  const over = dragged.value?.over === drop;
  const lifted = stack !== undefined && dragged.value?.id === stack.id;
  const label = stack ? `${labelOf(look, stack.template)}${stack.qty > 1 ? `, ${stack.qty}` : ""}` : "empty";
  const about = stack && look.templates[stack.template]?.about;
  const marks = [chosen && "chosen", refused && "refused", over && "over", lifted && "lifted"];
  return (
    <button
      type="button"
      class={["cell", ...marks, over && closed && "closed"].filter(Boolean).join(" ")}
      data-drop={drop}
      tabIndex={first ? 0 : -1}
      aria-label={`${place}: ${label}`}
      aria-pressed={chosen ?? false}
      title={stack && `${label}${about ? `: ${about}` : ""}`}
      {...handlers}
      onClick={() => {
        if (!wasDrag()) props.press();
      }}
      onDblClick={props.twice}
      onKeyDown={walkCells}
    >
      {stack ? <Picture look={look} template={stack.template} /> : hint && <small>{hint}</small>}
      {stack && stack.qty > 1 && <b>{stack.qty}</b>}
      {offered > 0 && <i title="On offer">−{offered}</i>}
    </button>
  );
}

/** The arrow keys go from cell to cell as one sees them; they walk no steps meanwhile. */
function walkCells(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) return;
  event.preventDefault();
  event.stopPropagation();
  const [dx = 0, dy = 0] = way;
  const here = event.currentTarget.getBoundingClientRect();
  let best: HTMLElement | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const cell of document.querySelectorAll<HTMLElement>("#hud .cell")) {
    const there = cell.getBoundingClientRect();
    const [x, y] = [there.x - here.x, there.y - here.y];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along < 8 || along + aside * 3 >= least) continue;
    least = along + aside * 3;
    best = cell;
  }
  best?.focus();
}
