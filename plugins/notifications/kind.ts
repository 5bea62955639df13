import { RoomkeepError } from "roomkeep/shared";
import type { z } from "zod";

/** `plugin.what`: its plugin's name first. */
const NAME = /^[a-z][a-z0-9-]{0,31}\.[a-z][a-z0-9-]{0,31}$/;
const ROUTE = /^(GET|POST|PATCH|DELETE) (\/v1\/[\w/:-]{1,200})$/;
const MESSAGE = /^[a-z][a-z0-9-]{0,31}\.[\w-]{1,32}$/;
const PLACEHOLDER = /:(\w+)/g;
/** Longest text of a notification, in characters; a longer one is cut. */
const TEXT_MAX = 500;
/** Actions of one kind. */
const ACTIONS_MAX = 4;

/**
 * What a player may do about a notification: a button. `route` is a route of the server, whose `:name` is
 * filled in from the params; `message` is sent to the open room with the params that `payload` names; `panel`
 * opens a panel of the page by its name.
 */
export type KindAction<Key extends string = string> = { readonly label: string } & (
  | { readonly route: string }
  | { readonly message: string; readonly payload?: readonly Key[] }
  | { readonly panel: string }
);

/** A kind of notifications, as a plugin describes it to {@link defineKind}. */
export interface KindDefinition<P extends z.ZodObject> {
  /** What differs from one notification to the next; at most 4,000 bytes of JSON. */
  readonly params: P;
  /**
   * What players read, made anew each time it is shown; at most 500 characters.
   *
   * @param from name of the sender of now; "Somebody" where there is none
   */
  text(params: z.output<P>, from: string): string;
  /** Buttons, at most 4, by a name of their own. */
  readonly actions?: Readonly<Record<string, KindAction<keyof z.output<P> & string>>>;
  /**
   * What a closed page shows. Leave out what only the player may read: a phone shows it to whoever looks.
   * Absent: this kind is never pushed.
   */
  push?(params: z.output<P>, from: string): string;
}

/** A kind of notifications, made by {@link defineKind}. */
export interface NotificationKind<P extends z.ZodObject = z.ZodObject> extends KindDefinition<P> {
  /** `plugin.what`, unique on the server. */
  readonly name: string;
}

/** A button as a page gets it: all is filled in. */
export type ShownAction = { readonly id: string; readonly label: string } & (
  | { readonly method: string; readonly path: string }
  | { readonly message: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly panel: string }
);

/**
 * Defines a kind of notifications; the plugin declares it when it opens.
 *
 * @param name of its plugin, a point, and what it is: `guestbook.signed`
 * @throws PLUGIN_INVALID its name or an action cannot be used
 * @example
 * const signed = defineKind("guestbook.signed", {
 *   params: z.object({ page: z.int() }),
 *   text: ({ page }, from) => `${from} has signed page ${page} of your guestbook.`,
 *   actions: { open: { label: "Read", panel: "guestbook" } },
 * });
 */
export function defineKind<P extends z.ZodObject>(
  name: string,
  definition: KindDefinition<P>,
): NotificationKind<P> {
  const invalid = (why: string) =>
    new RoomkeepError("PLUGIN_INVALID", `The kind of notifications "${name}": ${why}.`);
  if (!NAME.test(name)) throw invalid("its name is not `plugin.what`, of a-z, 0-9 and hyphens");
  const actions = Object.entries(definition.actions ?? {});
  if (actions.length > ACTIONS_MAX) throw invalid(`it has more than ${ACTIONS_MAX} actions`);
  for (const [id, action] of actions) {
    if ("route" in action) {
      const path = ROUTE.exec(action.route)?.[2];
      if (path === undefined) throw invalid(`the action "${id}" names no route such as POST /v1/guestbook`);
      for (const [, key = ""] of path.matchAll(PLACEHOLDER))
        if (!Object.hasOwn(definition.params.shape, key))
          throw invalid(`the action "${id}" needs "${key}", which is none of its params`);
    } else if ("message" in action) {
      if (!MESSAGE.test(action.message) || pluginOf(action.message) !== pluginOf(name))
        throw invalid(`the action "${id}" sends "${action.message}", no message of its plugin`);
    } else if (action.panel === "") throw invalid(`the action "${id}" opens nothing`);
  }
  return { ...definition, name };
}

/** Routes that the actions of a kind call. */
export function routesOf({ actions = {} }: NotificationKind): string[] {
  return Object.values(actions).flatMap((action) => ("route" in action ? [action.route] : []));
}

/** What a player sees of a notification; undefined: its params are those of another version of its kind. */
export function render(
  kind: NotificationKind,
  stored: unknown,
  from: string,
): { text: string; actions: ShownAction[] } | undefined {
  const { data } = kind.params.safeParse(stored);
  if (!data) return undefined;
  return {
    text: cut(kind.text(data, from)),
    actions: Object.entries(kind.actions ?? {}).map(([id, action]) => shownOf(id, action, data)),
  };
}

/** What a closed page shows; undefined: nothing. */
export function renderPush(kind: NotificationKind, stored: unknown, from: string): string | undefined {
  const { data } = kind.params.safeParse(stored);
  return data && kind.push ? cut(kind.push(data, from)) : undefined;
}

function shownOf(id: string, action: KindAction, params: Record<string, unknown>): ShownAction {
  const { label } = action;
  if ("panel" in action) return { id, label, panel: action.panel };
  if ("message" in action) {
    const { message, payload: keys = [] } = action;
    return { id, label, message, payload: Object.fromEntries(keys.map((key) => [key, params[key]])) };
  }
  const [, method = "", path = ""] = ROUTE.exec(action.route) ?? [];
  // A param is one part of the path, whatever is in it.
  const filled = path.replace(PLACEHOLDER, (_, key: string) => encodeURIComponent(String(params[key])));
  return { id, label, method, path: filled };
}

const pluginOf = (name: string) => name.slice(0, name.indexOf("."));
/** By whole characters: half of a pair is no text. */
const cut = (text: string) => [...text].slice(0, TEXT_MAX).join("");
