import {
  $changes,
  $childType,
  $refId,
  ArraySchema,
  type ChangeTree,
  type Encoder,
  type Schema,
} from "@colyseus/schema";
import { missingInternals } from "../transport/internals.ts";
import { missingParts } from "../transport/missing-parts.ts";

/**
 * Undocumented parts of `@colyseus/schema` that replication rests on, read from 5.0.34:
 * src/encoder/ChangeTree.ts, Encoder.ts, Root.ts, and src/types/custom/ArraySchema.ts. Nothing documented
 * takes their place, so that {@link checkSchemaInternals} refuses a version without them. Parts of trees and
 * roots that the package types itself are used in place: the walks (`forEach…`), `parentRef`, `extraParents`,
 * `isFiltered`, `isPatchOnly`, `dirtyLow`, `dirtyHigh`, `endEncode`, `discard`, `operation`, `remove` and
 * `removeFromQueue`.
 */
const READ_FROM = "5.0.34";

/** The change tree of a value, if it is a schema or a collection. */
export function treeOf(value: unknown): ChangeTree | undefined {
  return typeof value === "object" && value !== null ? value[$changes] : undefined;
}

/** The number by which the wire refers to a schema or a collection. */
export function refIdOf(ref: object): number {
  return (ref as { [$refId]?: number })[$refId] ?? 0;
}

/** Gives a schema or a collection, which no client has been told of by it, another number. */
export function setRefId(ref: object, id: number): void {
  // As the encoder's root does it: an array is behind a proxy.
  Object.defineProperty(ref, $refId, { value: id, enumerable: false, writable: true });
}

/** The number that the next schema or collection of a state gets. */
export function nextRefIdOf({ root }: Encoder): number {
  return Reflect.get(root, "nextUniqueId") as number;
}

/** Sets {@link nextRefIdOf}. */
export function setNextRefId({ root }: Encoder, id: number): void {
  Reflect.set(root, "nextUniqueId", id);
}

/** Names, types, tags and encoders of the fields of a tree's class. */
export function descriptorOf(tree: ChangeTree): ChangeTree["encDescriptor"] {
  return tree.encDescriptor;
}

/** The tree that a tree is a child of. */
export function parentOf(tree: ChangeTree): ChangeTree | undefined {
  return treeOf(tree.parentRef);
}

/** The index of a tree in its parent: of a field, or of an entry of a map. */
export function indexInParent(tree: ChangeTree | undefined): number | undefined {
  return tree?._parentIndex;
}

/** Whether a tree is of a schema, not of a collection. */
export function isSchema(tree: ChangeTree): boolean {
  return tree._isSchema;
}

/** Whether a tree is of a collection, whose entries a decoder can clear. */
export function isCollection(tree: ChangeTree): boolean {
  return (tree.refTarget as { [$childType]?: unknown })[$childType] !== undefined;
}

/** The array of a tree; undefined for any other. */
export function arrayOf(tree: ChangeTree): ArraySchema | undefined {
  const array: unknown = tree._isSchema ? undefined : tree.refTarget;
  return array instanceof ArraySchema ? array : undefined;
}

/** What an array keeps between patches. */
export interface StagedArray {
  readonly items: readonly unknown[];
  /** The layout that recorded positions refer to: an entry removed since the last patch keeps its place. */
  readonly tmpItems: readonly unknown[];
  readonly deletedIndexes: readonly (boolean | undefined)[];
}

/** An array as {@link StagedArray}. */
export function stagedOf(array: ArraySchema): StagedArray {
  return array as unknown as StagedArray;
}

/** The first of the changed trees that wait to be encoded; each names the next. */
export function firstChanged({ root }: Encoder): Encoder["root"]["changes"]["next"] {
  return root.changes.next;
}

/** Calls back whenever a tree that had no change gets one, and waits to be encoded. */
export function watchQueue({ root }: Encoder, changed: () => void): void {
  const { enqueueChangeTree } = root;
  root.enqueueChangeTree = function (tree, node) {
    enqueueChangeTree.call(this, tree, node);
    changed();
  };
}

/** Whether some field of a class is a stream. */
export function hasStreams(type: unknown): boolean {
  const metadata = (type as { [Symbol.metadata]?: Record<string, unknown> })[Symbol.metadata];
  const streams = metadata?.["~__streamFieldIndexes"];
  return Array.isArray(streams) && streams.length > 0;
}

/** Keeps full-state walks out of a tree: one that bears the walk's own stamp counts as visited. */
export function hideFromFullSync(tree: ChangeTree, encoder: Encoder): void {
  Object.defineProperty(tree, "_fullSyncGen", {
    get: () => Reflect.get(encoder, "_fullSyncGen"),
    set: () => undefined,
    configurable: true,
  });
}

/**
 * Has the encoder reclassify the trees that changed parents now, on an empty queue. It does so when it
 * encodes and puts some in the queue by it; those of actors would then be in the stock encoding that follows.
 */
export function settleFilters(encoder: Encoder): void {
  const { changes, pendingFilterRefresh } = encoder.root;
  if (pendingFilterRefresh.length === 0) return;
  const { next, tail, nextPosition } = changes;
  changes.next = undefined;
  changes.tail = undefined;
  encoder.encode({ offset: 1 });
  let node: typeof next = changes.next as typeof next;
  if (next === undefined) return;
  changes.next = next;
  changes.tail = tail;
  changes.nextPosition = nextPosition;
  while (node !== undefined) {
    const following: typeof tail = node.next;
    node.prev = changes.tail;
    node.next = undefined;
    node.position = changes.nextPosition++;
    if (changes.tail) changes.tail.next = node;
    changes.tail = node;
    node = following;
  }
}

let isChecked = false;

/**
 * Checks the first encoder of the process.
 *
 * @throws INTERNALS_MISSING if the installed schema lacks a part that replication rests on
 */
export function checkSchemaInternals(encoder: Encoder): void {
  if (isChecked) return;
  const tree = (encoder.state as Schema)[$changes];
  const array = new ArraySchema<number>();
  const missing = [
    ...missingParts("Encoder", encoder, { _fullSyncGen: "number" }),
    ...missingParts("Root", encoder.root, {
      changes: "object",
      pendingFilterRefresh: "object",
      nextUniqueId: "number",
      removeFromQueue: "function",
      enqueueChangeTree: "function",
      remove: "function",
    }),
    ...missingParts("ChangeTree", tree, {
      _isSchema: "boolean",
      encDescriptor: "object",
      refTarget: "object",
      dirtyLow: "number",
      dirtyHigh: "number",
      forEach: "function",
      forEachWithCtx: "function",
      forEachLiveWithCtx: "function",
      forEachChildWithCtx: "function",
      discard: "function",
      operation: "function",
      endEncode: "function",
    }),
    ...missingParts("ArraySchema", array[$changes].refTarget, {
      items: "object",
      tmpItems: "object",
      deletedIndexes: "object",
    }),
  ];
  if (missing.length > 0) throw missingInternals(`@colyseus/schema (${READ_FROM} is known to work)`, missing);
  isChecked = true;
}
