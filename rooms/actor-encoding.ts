import { $changes, $childType, $refId, type ChangeTree, type Encoder, encode, OPERATION } from "@colyseus/schema";
import type { Resident } from "./resident.ts";

const SWITCH_TO_STRUCTURE = 255;
/** Room that is always left before a small write. */
const MARGIN = 2048;

/** Which fields: everybody's, or those under `.view()`, which are the owner's. */
export type Audience = "all" | "owner";
/** `fresh`: for a decoder that has none of it. `replace`: collections are emptied first, so it fits any decoder. */
export type Form = "fresh" | "replace";

/** A tick's bytes, in pieces that frames are put together from. Encoders here append to it. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(256 * 1024);
  readonly it = { offset: 0 };

  clear(): void {
    this.it.offset = 0;
  }

  /** Makes sure that a small write fits. */
  reserve(): void {
    if (this.it.offset + MARGIN > this.bytes.length) this.#grow();
  }

  /** Runs a write of any length, again with more room if it did not fit: writes past the end are lost, not thrown. */
  write(append: () => void): void {
    const start = this.it.offset;
    append();
    while (this.it.offset > this.bytes.length) {
      this.#grow();
      this.it.offset = start;
      append();
    }
  }

  switchTo(refId: number): void {
    this.bytes[this.it.offset++] = SWITCH_TO_STRUCTURE;
    encode.number(this.bytes, refId, this.it);
  }

  #grow(): void {
    const grown = Buffer.allocUnsafeSlow(this.bytes.length * 2);
    this.bytes.copy(grown);
    this.bytes = grown;
  }
}

/** The tree of a value, if it is a schema or a collection. */
export function treeOf(value: unknown): ChangeTree | undefined {
  return typeof value === "object" && value !== null ? value[$changes] : undefined;
}

function refIdOf(tree: ChangeTree): number {
  return (tree.refTarget as { [$refId]?: number })[$refId] ?? 0;
}

/** True if a path from its actor to this tree leads through a field under `.view()`. */
export function isOwners(tree: ChangeTree, actor: ChangeTree): boolean {
  for (let t: ChangeTree = tree; t !== actor; ) {
    const parent = treeOf(t.parentRef);
    if (parent === undefined) return false;
    if (parent.encDescriptor.tags[t._parentIndex ?? 0] !== undefined) return true;
    t = parent;
  }
  return false;
}

/** Appends a tree and all below it as one audience sees them. */
export function appendWhole(encoder: Encoder, out: Scratch, tree: ChangeTree, whose: Audience, form: Form, owners = false): void {
  const { encDescriptor: shape } = tree;
  const { tags } = shape;
  // A collection has no tags: `tags[index]` of its descriptor is always undefined.
  const hidden = (index: number): boolean => owners || tags[index] !== undefined;
  if (whose === "all" || owners || shape.hasAnyView) {
    let switched = false;
    const begin = (): void => {
      if (!switched) out.switchTo(refIdOf(tree));
      switched = true;
    };
    if (whose === "all" || owners) begin();
    if (form === "replace" && !tree.isPatchOnly) appendErasure(out, tree, (index) => hidden(index) === (whose === "owner"), begin);
    tree.forEachLive((index) => {
      if (hidden(index) !== (whose === "owner")) return;
      begin();
      shape.encoder(encoder, out.bytes, tree, index, OPERATION.ADD, out.it, true, false, shape.metadata);
    });
  }
  tree.forEachChild((child, index) => {
    const childOwners = hidden(index);
    if (whose === "owner" || !childOwners) appendWhole(encoder, out, child, whose, form, childOwners);
  });
}

/** What a decoder that knew the tree must lose before it is given the whole: entries, and fields unset this tick. */
function appendErasure(out: Scratch, tree: ChangeTree, mine: (index: number) => boolean, begin: () => void): void {
  if (!tree._isSchema) {
    if ((tree.refTarget as { [$childType]?: unknown })[$childType] !== undefined) out.bytes[out.it.offset++] = OPERATION.CLEAR;
    return;
  }
  tree.forEach((index, op) => {
    if (op !== OPERATION.DELETE || !mine(index)) return;
    begin();
    out.bytes[out.it.offset++] = (index | op) & 255;
  });
}

/**
 * Appends what changed at once in one actor, in the order it happened. Whatever was added to it by reference goes
 * whole: it may come from an actor that this one's viewers cannot see.
 */
export function appendChanges(encoder: Encoder, out: Scratch, resident: Resident, whose: Audience): void {
  const added = addedTrees(resident);
  for (const tree of resident.dirty) {
    if (added.size > 0 && isWithin(tree, resident.tree, added)) continue;
    const owners = isOwners(tree, resident.tree);
    if (whose === "all" && owners) continue;
    appendOps(encoder, out, resident, tree, whose, owners);
    for (const [child, parent] of added) {
      if (parent !== tree) continue;
      const childOwners = owners || tree.encDescriptor.tags[child._parentIndex ?? 0] !== undefined;
      if (whose === "owner" || !childOwners) appendWhole(encoder, out, child, whose, "replace", childOwners);
    }
  }
}

function appendOps(encoder: Encoder, out: Scratch, resident: Resident, tree: ChangeTree, whose: Audience, owners: boolean): void {
  const { encDescriptor: shape } = tree;
  const waits = tree === resident.tree ? resident.layout.continuous : 0;
  let switched = false;
  tree.forEach((index, op) => {
    if (index >= 0 && index < 32 && (waits & (1 << index)) !== 0) return;
    if ((owners || shape.tags[index] !== undefined) !== (whose === "owner")) return;
    if (!switched) out.switchTo(refIdOf(tree));
    switched = true;
    if (index < 0) out.bytes[out.it.offset++] = -index & 255;
    else shape.encoder(encoder, out.bytes, tree, index, op, out.it, false, false, shape.metadata);
  });
}

/** Trees that this tick's changes of an actor refer to anew, each with the tree it was added to. */
function addedTrees(resident: Resident): Map<ChangeTree, ChangeTree> {
  const added = new Map<ChangeTree, ChangeTree>();
  for (const tree of resident.dirty) {
    tree.forEach((index, op) => {
      if (index < 0 || (op & OPERATION.ADD) === 0) return;
      const child = treeOf(tree.getValue(index));
      if (child !== undefined) added.set(child, tree);
    });
  }
  return added;
}

function isWithin(tree: ChangeTree, actor: ChangeTree, added: ReadonlyMap<ChangeTree, ChangeTree>): boolean {
  for (let t: ChangeTree | undefined = tree; t !== undefined && t !== actor; t = treeOf(t.parentRef)) {
    if (added.has(t)) return true;
  }
  return false;
}

/** Appends the current values of some continuous fields; a value that was unset is erased. */
export function appendValues(out: Scratch, resident: Resident, bits: number): void {
  out.reserve();
  const { bytes, it } = out;
  const { names, encoders } = resident.layout;
  const actor = resident.actor as unknown as Record<string, unknown>;
  bytes[it.offset++] = SWITCH_TO_STRUCTURE;
  encode.number(bytes, resident.refId, it);
  for (let left = bits; left !== 0; left &= left - 1) {
    const index = 31 - Math.clz32(left & -left);
    const value = actor[names[index] ?? ""];
    if (value === undefined || value === null) bytes[it.offset++] = index | OPERATION.DELETE;
    else {
      bytes[it.offset++] = index;
      encoders[index]?.(bytes, value, it);
    }
  }
}
