import { z } from "zod";
import { type Refusal, refuse, type World } from "../../shared/index.ts";
import { type AnyComponent, componentMeta, mayWrite, type Writer } from "../../shared/internal.ts";
import type { RoomPlayer } from "../player.ts";
import type { MessageRouter } from "./message-router.ts";

/** Fields that one message may write. */
const FIELDS_MAX = 32;

const componentWrite = z.strictObject({
  /** Id of the actor; the own avatar's is the session id. */
  actor: z.string().max(64),
  /** Name of the component. */
  component: z.string().max(64),
  values: z
    .record(z.string().max(64), z.union([z.string().max(2_000), z.number(), z.boolean()]))
    .refine((values) => Object.keys(values).length <= FIELDS_MAX, `At most ${FIELDS_MAX} fields.`),
});

/**
 * Registers `component.write`: players write the components that declare them as writers, their own avatar's
 * as owners, any as moderators.
 */
export function registerComponentWrites<P extends RoomPlayer>(
  router: Pick<MessageRouter<P>, "on">,
  world: () => World,
  components: readonly AnyComponent[],
): void {
  const byName = new Map(components.map((klass) => [componentMeta(klass).name, klass]));
  router.on(
    "component.write",
    componentWrite,
    (player, { actor: id, component, values }): Refusal | undefined => {
      const klass = byName.get(component);
      const actor = world().get(id);
      if (!klass)
        return refuse("COMPONENT_UNKNOWN", `No component "${component}" is written by messages here.`);
      if (!actor) return refuse("ACTOR_UNKNOWN");
      const writer = writersOf(player, id).find((one) => mayWrite(klass, one));
      return writer
        ? world().write(writer, actor, klass, values)
        : refuse("WRITE_REFUSED", `${component} is not for you to write.`);
    },
  );
}

function writersOf({ sessionId, role }: RoomPlayer, actor: string): Writer[] {
  return [
    ...(sessionId === actor ? ["owner" as const] : []),
    ...(role === "player" ? [] : ["moderator" as const]),
  ];
}
