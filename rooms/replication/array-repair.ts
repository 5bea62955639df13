import { $changes, type ArraySchema, type ChangeTree, type Encoder, OPERATION } from "@colyseus/schema";
import { withoutGuards } from "../../shared/internal.ts";
import { arrayOf, firstChanged, type StagedArray, stagedOf, treeOf } from "./internals.ts";

/**
 * Makes sure that clients end with the arrays that the room has. The stock array records positions in a
 * layout where removed entries keep their place, and one operation a position, while a decoder inserts and
 * deletes as it reads: several operations on one array within a tick can show another order or lose an entry.
 * `[a, c].shift()` and then `splice(1, 0, x)` shows `x, c` for `c, x`, because `splice` takes the place
 * behind the last entry from the new length.
 *
 * So the operations of each changed array are decoded here first, and where the result is wrong the array is
 * sent whole: emptied, then filled again.
 *
 * @see `@colyseus/schema` src/types/custom/ArraySchema.ts and src/decoder/DecodeOperation.ts `decodeArray`
 *   (5.0.34)
 */
export class ArrayRepair {
  /** The entries that decoders have of an array since the last patch. */
  readonly #decoded = new WeakMap<object, readonly unknown[]>();

  /**
   * Once a patch, before anything is encoded.
   *
   * @param isOurs which filtered arrays to repair as well: a `StateView` keeps count of the entries of the
   *   others
   * @returns how many arrays will go whole
   */
  repair(encoder: Encoder, isOurs?: (tree: ChangeTree) => boolean): number {
    const wrong: [array: ArraySchema, former: Set<unknown>][] = [];
    for (let node = firstChanged(encoder); node !== undefined; node = node.next) {
      const tree: ChangeTree = node.changeTree;
      const array = arrayOf(tree);
      if (array === undefined || (tree.isFiltered && !isOurs?.(tree))) continue;
      const staged = stagedOf(array);
      const before = this.#decoded.get(array) ?? [];
      if (!decodesRight(tree, staged, before))
        wrong.push([tree.ref as ArraySchema, new Set([...before, ...staged.tmpItems])]);
      this.#decoded.set(array, staged.items.slice());
    }
    for (const [array, former] of wrong) restate(array, former);
    return wrong.length;
  }
}

/** @param former entries that the array had or has */
function restate(array: ArraySchema, former: Set<unknown>): void {
  const items = [...array];
  const tree = array[$changes];
  // As `clear` does, which does nothing to an empty array.
  tree.discard();
  tree.operation(OPERATION.CLEAR);
  array.clear();
  // They are in it already, whether they would be let in now or not.
  withoutGuards(() => void array.push(...items));
  // The array may have detached one entry in place of another. An entry that stays attached would still be
  // sent.
  for (const item of items) former.delete(item);
  for (const value of former) {
    const left = treeOf(value);
    if (left?.root !== undefined && left.parentRef === array && left.extraParents === undefined)
      left.root.remove(left);
  }
}

/** Runs a tick's operations as a decoder does, which also counts references. */
function decodesRight(tree: ChangeTree, staged: StagedArray, before: readonly unknown[]): boolean {
  const { items, tmpItems, deletedIndexes } = staged;
  let list = [...before];
  const references = new Map<unknown, number>();
  let readable = true;
  const count = (value: unknown, by: number): void => {
    if (typeof value === "object") references.set(value, (references.get(value) ?? 0) + by);
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
  for (const left of references.values()) if (left !== 0) return false;
  const decoded = list.filter((value) => value !== undefined);
  return (
    decoded.length === items.length &&
    decoded.every((value, i) => value === items[i] && isAttached(value, tree))
  );
}

/** An entry that the room's own count of references has lost is not sent when it changes. */
function isAttached(value: unknown, { root }: ChangeTree): boolean {
  const tree = treeOf(value);
  return tree === undefined || tree.root === root;
}
