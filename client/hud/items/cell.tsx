import type { CarriedItems } from "../../items/inventory-preview.ts";
import { labelOf } from "../../items/item-labels.ts";
import type { ItemsView } from "../../view.ts";
import { type DragSource, dragged, useDrag } from "./drag.tsx";
import { Picture } from "./picture.tsx";

interface CellProps {
  itemsView: ItemsView;
  /** The stack in it: enough to draw and drag it. */
  stack: Pick<CarriedItems, "id" | "template" | "qty"> | undefined;
  /** For people: "Bag, slot 4". */
  place: string;
  /** Key of this cell as a place to drop on. */
  drop: string;
  /** Shown in an empty cell. */
  hint?: string | undefined;
  chosen?: boolean;
  refused?: boolean;
  /** The dragged stack does not fit here. */
  closed?: boolean;
  /** How many of it are on offer. */
  offered?: number;
  /** Tab reaches the first cell only; the arrow keys reach the others. */
  first?: boolean;
  onDrop?: DragSource["drop"];
  /** How many are dragged; default: all. */
  dragQty?: number;
  onPress(): void;
  onDoublePress?(): void;
}

/** One slot: a button, a stack to drag, and a place to drop one on. */
export function Cell(props: CellProps) {
  const { itemsView, stack, place, drop, hint, chosen, refused, closed, offered = 0, first, onDrop } = props;
  const { wasDrag, ...handlers } = useDrag(
    stack && onDrop && { ...stack, qty: props.dragQty ?? stack.qty, drop: onDrop },
  );
  const over = dragged.value?.over === drop;
  const isDragged = stack !== undefined && dragged.value?.id === stack.id;
  const label = stack
    ? `${labelOf(itemsView, stack.template)}${stack.qty > 1 ? `, ${stack.qty}` : ""}`
    : "empty";
  const about = stack && itemsView.templates[stack.template]?.about;
  const marks = [chosen && "chosen", refused && "refused", over && "over", isDragged && "lifted"];
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
        if (!wasDrag()) props.onPress();
      }}
      onDblClick={props.onDoublePress}
      onKeyDown={focusNextCell}
    >
      {stack ? <Picture itemsView={itemsView} template={stack.template} /> : hint && <small>{hint}</small>}
      {stack && stack.qty > 1 && <b>{stack.qty}</b>}
      {offered > 0 && <i title="On offer">−{offered}</i>}
    </button>
  );
}

/** The arrow keys move the focus to the next cell in their direction, and not the avatar. */
function focusNextCell(event: KeyboardEvent & { currentTarget: HTMLElement }) {
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
