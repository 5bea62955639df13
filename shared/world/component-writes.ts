import { type Refusal, RoomkeepError, refuse } from "../errors.ts";
import type { Actor } from "./actor.ts";
import { type AnyComponent, componentMeta, componentOf } from "./component.ts";
import { fieldsOf, writeField } from "./fields/schema-fields.ts";
import type { Writer } from "./writer.ts";

/** Whether a writer is among those that a component declares. The room always is. */
export function mayWrite(klass: AnyComponent, writer: Writer): boolean {
  return writer === "room" || componentMeta(klass).writers.includes(writer);
}

/**
 * Writes fields of an actor's component for somebody, all of them or none: see `World.write`.
 *
 * @param batch runs a function whose changes happen wholly or not at all
 */
export function writeComponent(
  batch: (run: () => void) => void,
  writer: Writer,
  actor: Actor,
  klass: AnyComponent,
  values: Readonly<Record<string, unknown>>,
): Refusal | undefined {
  const { name } = componentMeta(klass);
  if (!mayWrite(klass, writer)) return refuse("WRITE_REFUSED", `${name} is not for a ${writer} to write.`);
  const component = componentOf(actor, klass);
  if (component === undefined) return refuse("COMPONENT_UNKNOWN", `There is no ${name} on it.`);
  const known = new Set(fieldsOf(klass).map((field) => field.name));
  const unknown = Object.keys(values).find((field) => !known.has(field));
  if (unknown !== undefined)
    return refuse("COMPONENT_INVALID", `${name} has no field "${unknown.slice(0, 40)}".`);
  try {
    batch(() => {
      for (const [field, value] of Object.entries(values)) writeField(component, field, value);
    });
    return undefined;
  } catch (error) {
    const isRefused = error instanceof RoomkeepError && error.code === "COMPONENT_INVALID";
    if (isRefused) return refuse("COMPONENT_INVALID", error.message);
    throw error;
  }
}
