import { type ChangeTree, type Encoder, MapSchema, type Schema } from "@colyseus/schema";
import type { PoseThreshold } from "../../../shared/index.ts";
import { firstChanged } from "../internals.ts";
import { PoseGate, poseBitsOf } from "./pose-gate.ts";

/**
 * Holds back poses in a room without interest: the changes of an actor whose pose is held are taken out of
 * the encoder's queue, and put back when it goes out.
 */
export class PoseHolder {
  readonly #threshold: () => PoseThreshold;
  readonly #gates = new WeakMap<ChangeTree, PoseGate>();
  readonly #waiting = new Map<ChangeTree, PoseGate>();
  readonly #held: ChangeTree[] = [];
  #patch = 0;

  constructor(threshold: () => PoseThreshold) {
    this.#threshold = threshold;
  }

  /** Before a patch is encoded. */
  hold(encoder: Encoder, collection = "actors"): void {
    const map: unknown = Reflect.get(encoder.state, collection);
    if (!(map instanceof MapSchema)) return;
    this.#patch += 1;
    for (let node = firstChanged(encoder); node !== undefined; node = node.next) {
      const { changeTree: tree } = node;
      if (tree.parentRef === map && this.#isHeld(tree)) this.#held.push(tree);
    }
    for (const tree of this.#held) {
      tree.endEncode();
      encoder.root.removeFromQueue(tree);
    }
    this.#held.length = 0;
    this.#release(map as MapSchema<Schema>);
  }

  #isHeld(tree: ChangeTree): boolean {
    const actor = tree.ref as Schema;
    const bits = poseBitsOf(actor, tree);
    if (bits === 0) return false;
    const gate = this.#gates.get(tree);
    if (gate === undefined) {
      // New: it goes whole.
      this.#gates.set(tree, new PoseGate(actor, bits, this.#patch));
      return false;
    }
    const isPoseAlone = tree.dirtyHigh === 0 && (tree.dirtyLow & ~bits) === 0;
    if (isPoseAlone && !gate.opens(this.#patch, this.#threshold())) {
      gate.held |= tree.dirtyLow;
      this.#waiting.set(tree, gate);
      return true;
    }
    this.#waiting.delete(tree);
    markDirty(tree, gate.pass());
    return false;
  }

  #release(map: MapSchema<Schema>): void {
    for (const [tree, gate] of this.#waiting) {
      if (tree.parentRef === map && !gate.isAtRest(this.#patch)) continue;
      this.#waiting.delete(tree);
      if (tree.parentRef === map) markDirty(tree, gate.pass());
    }
  }
}

function markDirty(tree: ChangeTree, bits: number): void {
  for (let left = bits; left !== 0; left &= left - 1) tree.change(31 - Math.clz32(left & -left));
}
