import { $changes, ArraySchema, type ChangeTree, type Encoder, OPERATION } from "@colyseus/schema";
import { treeOf } from "./actor-encoder.ts";

/** What the stock array keeps between patches, hidden from its types. */
interface Staged {
  readonly items: readonly unknown[];
  /** The layout that recorded positions refer to: what was removed since the last patch keeps its place. */
  readonly tmpItems: readonly unknown[];
  readonly deletedIndexes: readonly (boolean | undefined)[];
}

/**
 * Sees to it that clients end with the arrays that the room has. The stock array records positions in a layout where
 * removed entries keep their place, and one operation a position, while a decoder inserts and deletes as it reads:
 * several operations on one array within a tick can show another order or lose an entry. `[a, c].shift()` and then
 * `splice(1, 0, x)` shows `x, c` for `c, x`, because `splice` takes the place behind the last entry from the new length.
 *
 * So what a decoder will make of each changed array is worked out beforehand, and where that is wrong the array is
 * sent whole: emptied, then filled again.
 *
 * @see `@colyseus/schema` src/types/custom/ArraySchema.ts and src/decoder/DecodeOperation.ts `decodeArray` (5.0.34)
 */
export class ArrayRepair {
  /** What decoders hold of an array since the last patch. */
  readonly #shown = new WeakMap<object, readonly unknown[]>();

  /**
   * Once a patch, before anything is encoded.
   *
   * @param isOurs which filtered arrays to look after as well: a `StateView` keeps count of what is in the others
   * @returns how many arrays will go whole
   */
  mend(encoder: Encoder, isOurs?: (tree: ChangeTree) => boolean): number {
    const wrong: [array: ArraySchema, gone: Set<unknown>][] = [];
    for (let node = encoder.root.changes.next; node !== undefined; node = node.next) {
      const tree: ChangeTree = node.changeTree;
      const array: unknown = tree._isSchema ? undefined : tree.refTarget;
      if (!(array instanceof ArraySchema) || (tree.isFiltered && !isOurs?.(tree))) continue;
      const staged = array as unknown as Staged;
      const before = this.#shown.get(array) ?? [];
      if (!decodesRight(tree, staged, before))
        wrong.push([tree.ref as ArraySchema, new Set([...before, ...staged.tmpItems])]);
      this.#shown.set(array, staged.items.slice());
    }
    for (const [array, gone] of wrong) restate(array, gone);
    return wrong.length;
  }
}

function restate(array: ArraySchema, gone: Set<unknown>): void {
  const items = [...array];
  const tree = array[$changes];
  // What `clear` does, which does nothing where nothing is left.
  tree.discard();
  tree.operation(OPERATION.CLEAR);
  array.clear();
  array.push(...items);
  // The array may have let go of one entry in place of another. What it still holds would go on being sent.
  for (const item of items) gone.delete(item);
  for (const value of gone) {
    const left = treeOf(value);
    if (left?.root !== undefined && left.parentRef === array && left.extraParents === undefined)
      left.root.remove(left);
  }
}

/** Runs a tick's operations as a decoder does, which counts references as well as it keeps the order. */
function decodesRight(tree: ChangeTree, staged: Staged, before: readonly unknown[]): boolean {
  const { items, tmpItems, deletedIndexes } = staged;
  let list = [...before];
  const held = new Map<unknown, number>();
  let readable = true;
  const count = (value: unknown, by: number): void => {
    if (typeof value === "object") held.set(value, (held.get(value) ?? 0) + by);
  };
  tree.forEach((index, op) => {
    if (op === OPERATION.CLEAR) {
      for (const value of list) count(value, -1);
      list = [];
    } else if (op === OPERATION.REVERSE) list.reverse();
    else if (op === OPERATION.DELETE && typeof tmpItems[index] === "object") {
      // By identity, wherever it is.
      count(tmpItems[index], -1);
      const at = list.indexOf(tmpItems[index]);
      if (at >= 0) list[at] = undefined;
    } else {
      const was = list[index];
      if ((op & OPERATION.DELETE) !== 0) count(was, -1);
      if ((op & OPERATION.DELETE) !== 0 && op !== OPERATION.DELETE_AND_ADD) list[index] = undefined;
      if (op === OPERATION.DELETE) return;
      const value = deletedIndexes[index] ? items[index] : tmpItems[index] || items[index];
      if (value === undefined) readable = false;
      if ((op & OPERATION.ADD) !== 0 && (value !== was || op === OPERATION.DELETE_AND_ADD)) count(value, 1);
      if (value === was) return;
      if (op === OPERATION.ADD && was !== undefined) list.splice(index, 0, value);
      else if (op === OPERATION.DELETE_AND_MOVE) {
        list.splice(index, 1);
        list[index] = value;
      } else list[index] = value;
    }
  });
  if (!readable) return false;
  for (const value of before) count(value, 1);
  for (const value of items) count(value, -1);
  for (const many of held.values()) if (many !== 0) return false;
  const shown = list.filter((value) => value !== undefined);
  return (
    shown.length === items.length && shown.every((value, i) => value === items[i] && isAttached(value, tree))
  );
}

/** An entry that the room's own count of references has lost would not be sent again when it changes. */
function isAttached(value: unknown, { root }: ChangeTree): boolean {
  const tree = treeOf(value);
  return tree === undefined || tree.root === root;
}
