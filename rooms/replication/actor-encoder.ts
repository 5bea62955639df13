import { $values, type ChangeTree, type Encoder, encode, OPERATION } from "@colyseus/schema";
import {
  descriptorOf,
  indexInParent,
  isCollection,
  isSchema,
  parentOf,
  refIdOf,
  treeOf,
} from "./internals.ts";
import type { TrackedActor } from "./tracked-actor.ts";

const SWITCH_TO_STRUCTURE = 255;
/** Room that is always left before a small write. */
const MARGIN = 2048;

/** Which fields: those that everybody may see, or those under `.view()`, which are the owner's. */
export type Audience = "all" | "owner";
/**
 * `fresh`: for a decoder that has none of it. `replace`: collections are emptied first, which suits any
 * decoder.
 */
export type Form = "fresh" | "replace";

/** A tick's bytes, which frames are put together from. The encoders append to it. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(256 * 1024);
  readonly it = { offset: 0 };

  clear(): void {
    this.it.offset = 0;
  }

  /**
   * Whether bytes were written past the end and are lost: the `write` under way begins again with more room.
   */
  get isOver(): boolean {
    return this.it.offset > this.bytes.length;
  }

  /** Makes sure that a small write fits, unless bytes are lost already: `write` begins again then. */
  reserve(bytes = MARGIN): void {
    if (this.isOver) return;
    while (this.it.offset + bytes > this.bytes.length) this.#grow();
  }

  /**
   * Runs a write of any length, again with more room if it did not fit: writes past the end are lost, not
   * thrown.
   */
  write(append: () => void): void {
    const start = this.it.offset;
    append();
    while (this.isOver) {
      this.#grow();
      this.it.offset = start;
      append();
    }
  }

  /** Appends bytes that were encoded before. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const { bytes, it } = this;
    for (let i = start; i < end; i++) bytes[it.offset++] = from[i] ?? 0;
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

/** Whether the path from its actor to a tree leads through a field under `.view()`. */
export function isOwnersOnly(tree: ChangeTree, actor: ChangeTree): boolean {
  for (let t: ChangeTree = tree; t !== actor; ) {
    const parent = parentOf(t);
    if (parent === undefined) return false;
    if (isTagged(parent, t)) return true;
    t = parent;
  }
  return false;
}

/** Whether a child is in a field under `.view()`. */
function isTagged(parent: ChangeTree, child: ChangeTree): boolean {
  return descriptorOf(parent).tags[indexInParent(child) ?? 0] !== undefined;
}

/** Appends a tree and all below it as one audience sees them. */
export function appendWhole(
  encoder: Encoder,
  out: Scratch,
  tree: ChangeTree,
  audience: Audience,
  form: Form,
  ownersOnly = false,
): void {
  if (audience === "all" || ownersOnly || descriptorOf(tree).hasAnyView) {
    const writer = { encoder, out, tree, audience, ownersOnly, switched: false, deferred: 0 };
    if (audience === "all" || ownersOnly) begin(writer);
    if (form === "replace" && !tree.isPatchOnly) appendErasure(writer);
    tree.forEachLiveWithCtx(writer, appendLive);
  }
  tree.forEachChildWithCtx({ encoder, out, tree, audience, form, ownersOnly }, appendChild);
}

/**
 * A tree being written for one audience. Its functions are made once: a closure for each tree cost more than
 * the bytes.
 */
interface Writer {
  /** Bits of continuous fields, which are left out here and sent when their ring is due. */
  readonly deferred: number;
  readonly encoder: Encoder;
  readonly out: Scratch;
  readonly tree: ChangeTree;
  readonly audience: Audience;
  /** The whole tree is the owner's. */
  readonly ownersOnly: boolean;
  switched: boolean;
}

/**
 * Whether this audience may see a field. A collection has no tags: all of it has the audience of its field.
 */
function isForAudience({ tree, audience, ownersOnly }: Writer, index: number): boolean {
  return (ownersOnly || descriptorOf(tree).tags[index] !== undefined) === (audience === "owner");
}

function isDeferred({ deferred }: Writer, index: number): boolean {
  return index >= 0 && index < 32 && (deferred & (1 << index)) !== 0;
}

function begin(writer: Writer): void {
  if (!writer.switched) writer.out.switchTo(refIdOf(writer.tree.refTarget));
  writer.switched = true;
}

function appendLive(writer: Writer, index: number): void {
  if (isDeferred(writer, index) || !isForAudience(writer, index)) return;
  begin(writer);
  const { encoder, out, tree } = writer;
  const descriptor = descriptorOf(tree);
  descriptor.encoder(
    encoder,
    out.bytes,
    tree,
    index,
    OPERATION.ADD,
    out.it,
    true,
    false,
    descriptor.metadata,
  );
}

/**
 * Appends the fields of an actor that everybody may see but for the continuous ones, behind a switch to it.
 * Collections are emptied first; fields that were unset this tick are left out.
 */
export function appendRest(encoder: Encoder, out: Scratch, { tree, layout }: TrackedActor): void {
  const [audience, ownersOnly] = ["all", false] as const;
  const deferred = layout.continuous;
  tree.forEachLiveWithCtx({ encoder, out, tree, audience, ownersOnly, switched: true, deferred }, appendLive);
  tree.forEachChildWithCtx({ encoder, out, tree, audience, form: "replace", ownersOnly }, appendChild);
}

type Branch = Omit<Writer, "switched" | "deferred"> & { readonly form: Form };

function appendChild(
  { encoder, out, tree, audience, form, ownersOnly }: Branch,
  child: ChangeTree,
  index: number,
): void {
  const isHidden = ownersOnly || descriptorOf(tree).tags[index] !== undefined;
  if (audience === "owner" || !isHidden) appendWhole(encoder, out, child, audience, form, isHidden);
}

/**
 * Removes what a decoder of the tree may have and the whole tree has not: entries, and fields unset this
 * tick.
 */
function appendErasure(writer: Writer): void {
  const { tree, out } = writer;
  if (isSchema(tree)) tree.forEachWithCtx(writer, appendUnset);
  else if (isCollection(tree)) out.bytes[out.it.offset++] = OPERATION.CLEAR;
}

function appendUnset(writer: Writer, index: number, op: OPERATION): void {
  if (op !== OPERATION.DELETE || !isForAudience(writer, index)) return;
  begin(writer);
  writer.out.bytes[writer.out.it.offset++] = (index | op) & 255;
}

/**
 * Appends the immediate changes of one actor, in the order in which they happened. A schema that was added to
 * it by reference goes whole: it may come from an actor that is not visible to this one's viewers.
 */
export function appendChanges(encoder: Encoder, out: Scratch, actor: TrackedActor, audience: Audience): void {
  const added = addedTrees(actor);
  for (const tree of actor.dirtyTrees) {
    if (added.size > 0 && isWithin(tree, actor.tree, added)) continue;
    const ownersOnly = isOwnersOnly(tree, actor.tree);
    if (audience === "all" && ownersOnly) continue;
    appendOps(encoder, out, actor, tree, audience, ownersOnly);
    for (const [child, parent] of added) {
      if (parent !== tree) continue;
      const childOwnersOnly = ownersOnly || isTagged(tree, child);
      if (audience === "owner" || !childOwnersOnly)
        appendWhole(encoder, out, child, audience, "replace", childOwnersOnly);
    }
  }
}

function appendOps(
  encoder: Encoder,
  out: Scratch,
  actor: TrackedActor,
  tree: ChangeTree,
  audience: Audience,
  ownersOnly: boolean,
): void {
  const deferred = tree === actor.tree ? actor.layout.continuous : 0;
  tree.forEachWithCtx({ encoder, out, tree, audience, ownersOnly, switched: false, deferred }, appendOp);
}

function appendOp(writer: Writer, index: number, op: OPERATION): void {
  if (isDeferred(writer, index) || !isForAudience(writer, index)) return;
  begin(writer);
  const { encoder, out, tree } = writer;
  const descriptor = descriptorOf(tree);
  if (index < 0) out.bytes[out.it.offset++] = -index & 255;
  else descriptor.encoder(encoder, out.bytes, tree, index, op, out.it, false, false, descriptor.metadata);
}

/** Trees that were added to an actor by reference in this tick, each with the tree it was added to. */
function addedTrees(actor: TrackedActor): Map<ChangeTree, ChangeTree> {
  const added = new Map<ChangeTree, ChangeTree>();
  for (const tree of actor.dirtyTrees) {
    tree.forEach((index, op) => {
      if (index < 0 || (op & OPERATION.ADD) === 0) return;
      const child = treeOf(tree.getValue(index));
      if (child !== undefined) added.set(child, tree);
    });
  }
  return added;
}

function isWithin(tree: ChangeTree, actor: ChangeTree, added: ReadonlyMap<ChangeTree, ChangeTree>): boolean {
  for (let t: ChangeTree | undefined = tree; t !== undefined && t !== actor; t = parentOf(t)) {
    if (added.has(t)) return true;
  }
  return false;
}

/** Whether no continuous field of an actor is unset. */
export function hasAll({ actor, layout }: TrackedActor): boolean {
  const values = actor[$values] as unknown[];
  for (let left = layout.continuous; left !== 0; left &= left - 1) {
    const value = values[31 - Math.clz32(left & -left)];
    if (value === undefined || value === null) return false;
  }
  return true;
}

/**
 * Appends a switch to an actor and the current values of some continuous fields; a value that was unset is
 * erased.
 *
 * @param op `ADD` for clients that do not have the actor, 0 for those that do
 */
export function appendValues(out: Scratch, tracked: TrackedActor, bits: number, op = 0): void {
  out.reserve();
  const { bytes, it } = out;
  const { names, encoders } = tracked.layout;
  const { actor } = tracked;
  const values = actor[$values] as unknown[];
  bytes[it.offset++] = SWITCH_TO_STRUCTURE;
  encode.number(bytes, tracked.refId, it);
  for (let left = bits; left !== 0; left &= left - 1) {
    const index = 31 - Math.clz32(left & -left);
    const value = values[index] ?? (actor as unknown as Record<string, unknown>)[names[index] ?? ""];
    if (value === undefined || value === null) bytes[it.offset++] = index | OPERATION.DELETE;
    else {
      bytes[it.offset++] = index | op;
      encoders[index]?.(bytes, value, it);
    }
  }
}
