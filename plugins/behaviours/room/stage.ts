import type { Actor, World } from "roomkeep/shared";
import { type ActorTable, POSE_NUMBERS } from "../sandbox/scene.ts";

const NOBODY: ActorTable = { version: 0, ids: [], kinds: [], names: [] };

/** What scripts of a room may see: its actors, without those that the game hides. */
export class Stage {
  readonly #world: World;
  readonly #isSeen: (actor: Actor, id: string) => boolean;
  #table = NOBODY;
  #rows: ReadonlyMap<string, number> = new Map();

  constructor(world: World, isSeen: (actor: Actor, id: string) => boolean) {
    this.#world = world;
    this.#isSeen = isSeen;
  }

  /** Takes the poses of now. The table is another one only if somebody has come, gone or changed name. */
  take(): { table: ActorTable; poses: Float32Array } {
    const ids: string[] = [];
    const kinds: string[] = [];
    const names: string[] = [];
    const poses = new Float32Array(this.#world.size * POSE_NUMBERS);
    for (const actor of this.#world.query()) {
      const id = this.#world.idOf(actor);
      if (id === undefined || !this.#isSeen(actor, id)) continue;
      poses.set([actor.x, actor.y, actor.z, actor.yaw], ids.length * POSE_NUMBERS);
      ids.push(id);
      kinds.push(actor.kind);
      names.push(nameOf(actor));
    }
    const { version } = this.#table;
    const isSame =
      same(ids, this.#table.ids) && same(kinds, this.#table.kinds) && same(names, this.#table.names);
    if (!isSame) {
      this.#table = { version: version + 1, ids, kinds, names };
      this.#rows = new Map(ids.map((id, row) => [id, row]));
    }
    return { table: this.#table, poses };
  }

  /** The row of an actor in what was taken last; undefined: it is not seen. */
  rowOf(id: string): number | undefined {
    return this.#rows.get(id);
  }
}

const same = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((one, at) => one === others[at]);

function nameOf(actor: Actor): string {
  return "name" in actor && typeof actor.name === "string" ? actor.name : "";
}
