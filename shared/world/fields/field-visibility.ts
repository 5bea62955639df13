import type { FieldBuilder, Schema, StateView } from "@colyseus/schema";
import { tellName } from "./internal-fields.ts";

/**
 * The tag of fields that their owner alone receives. Tags are bits: a game's own ones start at 2.
 */
export const OWNER = 1;

/**
 * Marks a field as the owner's: it goes to clients whose view was given the instance by {@link showOwn}, and
 * to no other client, neither in patches nor in the full state.
 *
 * @example
 * const Hero = defineActor("hero", { fields: { coins: own(t.uint32().default(0)) } });
 */
export function own<T, D extends boolean, O extends boolean>(
  field: FieldBuilder<T, D, O>,
): FieldBuilder<T, D, O> {
  return field.view(OWNER);
}

/**
 * Marks a field as the room's: typed, and in snapshots, but never on the wire.
 *
 * @example
 * const Mob = defineActor("mob", { fields: { thinkAtTick: internal(t.uint32().default(0)) } });
 */
export function internal<T, D extends boolean, O extends boolean>(
  field: FieldBuilder<T, D, O>,
): FieldBuilder<T, D, O> {
  return tellName(field.noSync() as never);
}

/**
 * Marks a field as configuration: a client gets it with the full state when it joins, and later changes are
 * for those who join after. For settings that change live use a plain field.
 *
 * @example
 * const State = WorldState.extend({ tickHz: fixed(t.uint8().default(20)) }, "State");
 */
export function fixed<T, D extends boolean, O extends boolean>(
  field: FieldBuilder<T, D, O>,
): FieldBuilder<T, D, O> {
  return field.fullStateOnly();
}

/**
 * Lets the owner of a view see the fields that {@link own} marked, of the actor and of its components. The
 * actor must be in the state: call it after the spawn, and not within a batch that spawns it.
 *
 * @example
 * client.view = new StateView();
 * showOwn(client.view, hero);
 */
export function showOwn(view: StateView, instance: Schema): void {
  view.add(instance, OWNER);
}
