import {
  $changes,
  $childType,
  $refId,
  $values,
  type ChangeTree,
  type Encoder,
  encode,
  OPERATION,
} from "@colyseus/schema";
import type { TrackedActor } from "./tracked-actor.ts";

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

  /** Bytes were written past the end and are lost: the `write` under way begins again with more room. */
  get isOver(): boolean {
    return this.it.offset > this.bytes.length;
  }

  /** Makes sure that a small write fits, unless bytes are lost already: `write` begins again then. */
  reserve(bytes = MARGIN): void {
    if (this.isOver) return;
    while (this.it.offset + bytes > this.bytes.length) this.#grow();
  }

  /** Runs a write of any length, again with more room if it did not fit: writes past the end are lost, not thrown. */
  write(append: () => void): void {
    const start = this.it.offset;
    append();
    while (this.isOver) {
      this.#grow();
      this.it.offset = start;
      append();
    }
  }

  /** Appends bytes made before. */
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
export function appendWhole(
  encoder: Encoder,
  out: Scratch,
  tree: ChangeTree,
  whose: Audience,
  form: Form,
  owners = false,
): void {
  const { encDescriptor: shape } = tree;
  if (whose === "all" || owners || shape.hasAnyView) {
    const writer = { encoder, out, tree, whose, owners, switched: false, waits: 0 };
    if (whose === "all" || owners) begin(writer);
    if (form === "replace" && !tree.isPatchOnly) appendErasure(writer);
    tree.forEachLiveWithCtx(writer, appendLive);
  }
  tree.forEachChildWithCtx({ encoder, out, tree, whose, form, owners }, appendChild);
}

/** A tree being written for one audience. Functions over it are named here, once: closures a tree cost more than the bytes. */
interface Writer {
  /** Bits of fields that are left out. */
  readonly waits: number;
  readonly encoder: Encoder;
  readonly out: Scratch;
  readonly tree: ChangeTree;
  readonly whose: Audience;
  /** The whole tree is the owner's. */
  readonly owners: boolean;
  switched: boolean;
}

/** Whether this audience gets a field. A collection has no tags: all of it is its field's. */
function isTheirs({ tree, whose, owners }: Writer, index: number): boolean {
  return (owners || tree.encDescriptor.tags[index] !== undefined) === (whose === "owner");
}

function doesWait({ waits }: Writer, index: number): boolean {
  return index >= 0 && index < 32 && (waits & (1 << index)) !== 0;
}

function begin(writer: Writer): void {
  if (!writer.switched) writer.out.switchTo(refIdOf(writer.tree));
  writer.switched = true;
}

function appendLive(writer: Writer, index: number): void {
  if (doesWait(writer, index) || !isTheirs(writer, index)) return;
  begin(writer);
  const { encoder, out, tree } = writer;
  const { encDescriptor: shape } = tree;
  shape.encoder(encoder, out.bytes, tree, index, OPERATION.ADD, out.it, true, false, shape.metadata);
}

/**
 * Appends what everybody may see of an actor but for its continuous fields, behind a switch to it. Collections are
 * emptied first; fields that were unset this tick are not mentioned.
 */
export function appendRest(encoder: Encoder, out: Scratch, { tree, layout }: TrackedActor): void {
  const [whose, owners] = ["all", false] as const;
  const waits = layout.continuous;
  tree.forEachLiveWithCtx({ encoder, out, tree, whose, owners, switched: true, waits }, appendLive);
  tree.forEachChildWithCtx({ encoder, out, tree, whose, form: "replace", owners }, appendChild);
}

type Branch = Omit<Writer, "switched" | "waits"> & { readonly form: Form };

function appendChild(
  { encoder, out, tree, whose, form, owners }: Branch,
  child: ChangeTree,
  index: number,
): void {
  const hidden = owners || tree.encDescriptor.tags[index] !== undefined;
  if (whose === "owner" || !hidden) appendWhole(encoder, out, child, whose, form, hidden);
}

/** What a decoder that knew the tree must lose before it is given the whole: entries, and fields unset this tick. */
function appendErasure(writer: Writer): void {
  const { tree, out } = writer;
  if (tree._isSchema) tree.forEachWithCtx(writer, appendUnset);
  else if ((tree.refTarget as { [$childType]?: unknown })[$childType] !== undefined) {
    out.bytes[out.it.offset++] = OPERATION.CLEAR;
  }
}

function appendUnset(writer: Writer, index: number, op: OPERATION): void {
  if (op !== OPERATION.DELETE || !isTheirs(writer, index)) return;
  begin(writer);
  writer.out.bytes[writer.out.it.offset++] = (index | op) & 255;
}

/**
 * Appends what changed at once in one actor, in the order it happened. Whatever was added to it by reference goes
 * whole: it may come from an actor that this one's viewers cannot see.
 */
export function appendChanges(encoder: Encoder, out: Scratch, resident: TrackedActor, whose: Audience): void {
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

function appendOps(
  encoder: Encoder,
  out: Scratch,
  resident: TrackedActor,
  tree: ChangeTree,
  whose: Audience,
  owners: boolean,
): void {
  const waits = tree === resident.tree ? resident.layout.continuous : 0;
  tree.forEachWithCtx({ encoder, out, tree, whose, owners, switched: false, waits }, appendOp);
}

function appendOp(writer: Writer, index: number, op: OPERATION): void {
  if (doesWait(writer, index) || !isTheirs(writer, index)) return;
  begin(writer);
  const { encoder, out, tree } = writer;
  const { encDescriptor: shape } = tree;
  if (index < 0) out.bytes[out.it.offset++] = -index & 255;
  else shape.encoder(encoder, out.bytes, tree, index, op, out.it, false, false, shape.metadata);
}

/** Trees that this tick's changes of an actor refer to anew, each with the tree it was added to. */
function addedTrees(resident: TrackedActor): Map<ChangeTree, ChangeTree> {
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
 * Appends a switch to an actor and the current values of some continuous fields; a value that was unset is erased.
 *
 * @param op `ADD` for those who do not know the actor, 0 for those who do
 */
export function appendValues(out: Scratch, resident: TrackedActor, bits: number, op = 0): void {
  out.reserve();
  const { bytes, it } = out;
  const { names, encoders } = resident.layout;
  const { actor } = resident;
  const values = actor[$values] as unknown[];
  bytes[it.offset++] = SWITCH_TO_STRUCTURE;
  encode.number(bytes, resident.refId, it);
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
