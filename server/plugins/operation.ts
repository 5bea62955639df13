import type { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import {
  type AnyOperation,
  defineOperation,
  type OperationContext,
  type OperationDefinition,
} from "../operations/operation.ts";
import type { Db } from "../storage/database.ts";

const VERB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What an operation of a plugin works with, besides the plugin's own API: see {@link deskOperation}. */
export interface PluginOperationContext extends Pick<OperationContext, "by" | "concerns" | "after" | "note"> {
  /**
   * The transaction of the operation, in which its audit entry is written too; of one without a transaction,
   * the database. Query by this one, not by that of `open`: the embedded database has one connection.
   */
  readonly db: Db;
}

/** An operation of a plugin, made by {@link deskOperation}, for the `operations` of its definition. */
export interface PluginOperation {
  /** Makes the operation `plugin.verb`. For the framework. */
  named(name: `${string}.${string}`): AnyOperation;
}

/**
 * Declares something that operators do with a plugin. It gives the route `/v1/admin/<plugin>/<verb>` with its
 * entry in the OpenAPI document, the command `roomkeep admin <plugin> <verb>`, the check of the permission,
 * and an audit entry for each write, all by the same code as roomkeep's own operations.
 *
 * @param definition.kind `read` is a GET, `write` a POST in a transaction with its audit entry
 * @param definition.params flat: texts, numbers, booleans and enums, so that a query and a command line can
 *   carry them
 * @param definition.run throws a RoomkeepError to refuse; nothing was done then
 * @example
 * operations: () => ({
 *   delete: deskOperation({
 *     summary: "Delete an entry of the guestbook",
 *     permission: "reports",
 *     kind: "write",
 *     params: z.object({ id: z.int().min(1), reason: z.string().min(1).max(500) }),
 *     result: z.object({ deleted: z.int() }),
 *     async run({ db }, { id }) {
 *       const [, deleted] = await db.query("DELETE FROM guestbook_entry WHERE id = $1", [id]);
 *       return { deleted };
 *     },
 *   }),
 * }),
 */
export function deskOperation<P extends z.ZodObject, R extends z.ZodType>(
  definition: Omit<OperationDefinition<P, R>, "name" | "from" | "fault" | "run"> & {
    run(context: PluginOperationContext, params: z.output<P>): Promise<z.output<R>>;
  },
): PluginOperation {
  return { named: (name) => defineOperation<P, R>({ ...definition, name }) };
}

/** The verbs of a plugin with what each does. */
export type Verbs = Readonly<Record<string, PluginOperation>>;

/**
 * Adds the operations of plugins to roomkeep's own.
 *
 * @param own by name; they stay as they are
 * @param more name of each plugin, and its verbs
 * @throws PLUGIN_INVALID a verb is none, or its operation is there already
 */
export function withOperations(
  own: ReadonlyMap<string, AnyOperation>,
  more: Iterable<readonly [plugin: string, verbs: Verbs]>,
): ReadonlyMap<string, AnyOperation> {
  const all = new Map(own);
  const taken = new Set([...own.keys()].map(idOf));
  for (const [plugin, verbs] of more) {
    for (const [verb, operation] of Object.entries(verbs)) {
      const name = `${plugin}.${verb}` as const;
      if (!VERB.test(verb))
        throw new RoomkeepError(
          "PLUGIN_INVALID",
          `"${plugin}": "${verb}" is no verb of an operation: use a-z, 0-9 and hyphens.`,
        );
      if (taken.has(idOf(name)))
        throw new RoomkeepError("PLUGIN_INVALID", `"${plugin}": the operation "${name}" is taken.`);
      taken.add(idOf(name));
      all.set(name, operation.named(name));
    }
  }
  return all;
}

/** In the OpenAPI document point and hyphen are the same: `zones-set.aside` would be `zones.set-aside`. */
const idOf = (name: string) => name.replace(".", "-");
