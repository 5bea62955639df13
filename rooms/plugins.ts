import type { z } from "zod";
import type { Command } from "./messaging/console.ts";
import type { Action, MessageRouter } from "./messaging/message-router.ts";
import type { RateLimit } from "./messaging/rate-limit.ts";
import type { RoomPlayer } from "./player.ts";
import type { Identity, PlaySessionEnding } from "./ports/ports.ts";
import type { Faults } from "./simulation/faults.ts";

/** The part of a room that plugins use, whatever its game. */
export interface PluginRoom {
  /** Code of the room, unique in the cluster. */
  readonly roomId: string;
  /** Name of the game. */
  readonly roomName: string;
  /** Those in the room, by session id; who dropped stays until the seat is given up. */
  readonly players: ReadonlyMap<string, RoomPlayer>;
  /**
   * Whether a player reads what an account writes: what the parts of all plugins say together, see
   * {@link RoomPart.hears}. Undefined: everybody reads everything.
   */
  readonly hears: ((listener: RoomPlayer, speakerAccountId: string) => boolean) | undefined;
  /** Sends a line to everybody on the server, in every room. */
  announce(text: string): void;
}

/** A message that a plugin takes from players. Made by {@link pluginMessage}. */
export interface PluginMessage {
  /** Token bucket of one player; undefined: 10 a second, 20 at once. */
  readonly rate: RateLimit | undefined;
  /** Registers it in a room, under its full type. For the framework. */
  register(router: Pick<MessageRouter<RoomPlayer>, "reply">, type: string): void;
}

/**
 * Declares a message of a plugin. It is checked like a game's, but it is not recorded and is answered during
 * a hand-over too: a plugin keeps its own rows and moves nothing in the world.
 *
 * @param message.rate token bucket of one player; 10 a second, 20 at once when absent
 * @example
 * pluginMessage({
 *   schema: z.strictObject({ text: z.string().min(1).max(200) }),
 *   rate: { perSecond: 0.2, burst: 2 },
 *   receive: (player, { text }) => guestbook.sign(player.claim.sheet.name, text),
 * });
 */
export function pluginMessage<T>(message: {
  readonly schema: z.ZodType<T>;
  readonly rate?: RateLimit;
  readonly receive: Action<RoomPlayer, T>;
}): PluginMessage {
  const { schema, rate, receive } = message;
  return { rate, register: (router, type) => router.reply(type, schema, receive) };
}

/** Hooks and messages of a plugin in one room. */
export interface RoomPart {
  /**
   * Reads what the room must know of somebody before they are in, such as whom they have blocked. The join
   * waits for it, with those of all plugins together; what it throws refuses the join. Also of viewers, by
   * their `as`.
   */
  load?(identity: Identity): Promise<void>;
  /** A player is in the room. An error is counted among the room's faults. */
  onJoin?(player: RoomPlayer, identity: Identity): void;
  /** The player leaves for good, before the game's own `onExit`. */
  onLeave?(player: RoomPlayer, ending: PlaySessionEnding): void;
  /**
   * Whether a player reads what an account writes: chat of the room, whispers, party lines and invitations.
   * Asked for each line and each reader, so answer from memory. False by one plugin is enough; an error is
   * counted, and the line is read. The writer of a whisper learns no more than that nobody took it.
   */
  hears?(listener: RoomPlayer, speakerAccountId: string): boolean;
  /**
   * The same of a viewer, who has no seat: whether a spectator reads what another one writes.
   *
   * @param listenerAccountId of the viewer, for whom `load` was called
   */
  viewerHears?(listenerAccountId: string, speakerAccountId: string): boolean;
  /** A viewer has come: what is known of the account is needed until `onUnwatch`. */
  onWatch?(accountId: string): void;
  /** The last place of the viewer in this room is given up: what was known of the account may go. */
  onUnwatch?(accountId: string): void;
  /**
   * A message that the plugin sends by `people.tell` has come for a player, before the client gets it; also
   * of one whose connection is lost. Who tells waits for it, and for a promise that it returns.
   *
   * @param type as the plugin gave it, without its name
   */
  onTold?(player: RoomPlayer, type: string, payload: unknown): unknown;
  /**
   * The room goes to another process, with its players: they follow once this is done, or has failed, which
   * is counted among the room's faults.
   *
   * @param successorId code of the room that takes its place
   */
  onMove?(successorId: string): Promise<void>;
  /** By the end of their type: `sign` of the plugin `guestbook` is the message `guestbook.sign`. */
  readonly messages?: Readonly<Record<string, PluginMessage>>;
}

/** A plugin by its name and the API that its `open` returns. */
export interface PluginOf<Api> {
  /** By which the plugin is found among the open ones. */
  readonly name: string;
  /** Its return type is that of the API. */
  open?(services: never): Api | Promise<Api>;
}

/** The plugins of a process, as its rooms see them. */
export interface RoomPlugins {
  /** @throws PLUGIN_MISSING the server has no such plugin */
  api<Api>(plugin: PluginOf<Api>): Api;
  /** Undefined: the server has no such plugin. */
  find<Api>(plugin: PluginOf<Api>): Api | undefined;
  /** For the console of every room. */
  readonly commands: readonly Command<PluginRoom>[];
  /** Makes the parts of a room that opens, by the name of their plugin. */
  partsOf(room: PluginRoom): ReadonlyMap<string, RoomPart>;
}

/** The parts that plugins have in one room. */
export interface PluginParts {
  /** Rates of the messages, by type. */
  readonly rates: Record<string, RateLimit>;
  register(router: Pick<MessageRouter<RoomPlayer>, "reply">): void;
  /** See {@link RoomPart.hears}; undefined: no plugin has a say. */
  readonly hears: ((listener: RoomPlayer, speakerAccountId: string) => boolean) | undefined;
  load(identity: Identity): Promise<void>;
  /** @param type with the name of its plugin in front */
  told(player: RoomPlayer, type: string, payload: unknown): Promise<void>;
  joined(player: RoomPlayer, identity: Identity): void;
  left(player: RoomPlayer, ending: PlaySessionEnding): void;
  watched(accountId: string): void;
  unwatched(accountId: string): void;
  /** See {@link RoomPart.viewerHears}. */
  viewerHears(listenerAccountId: string, speakerAccountId: string): boolean;
  /** See {@link RoomPart.onMove}. Never throws. */
  moved(successorId: string): Promise<void>;
}

/** Opens the parts of a room. An error of a plugin stays in the hook where it arose. */
export function openPluginParts(parts: ReadonlyMap<string, RoomPart>, faults: Faults): PluginParts {
  const messages = [...parts].flatMap(([plugin, { messages = {} }]) =>
    Object.entries(messages).map(([name, message]) => [`${plugin}.${name}`, message] as const),
  );
  const hearing = [...parts].filter(([, part]) => part.hears);
  return {
    hears:
      hearing.length === 0
        ? undefined
        : (listener, speaker) =>
            hearing.every(([plugin, part]) => {
              let isHeard = true;
              faults.attempt(`${plugin}.hears`, () => {
                isHeard = part.hears?.(listener, speaker) ?? true;
              });
              return isHeard;
            }),
    async load(identity) {
      await Promise.all([...parts.values()].map((part) => part.load?.(identity)));
    },
    async told(player, type, payload) {
      const [plugin = "", ...rest] = type.split(".");
      try {
        await parts.get(plugin)?.onTold?.(player, rest.join("."), payload);
      } catch (error) {
        faults.note(`${plugin}.onTold`, error);
      }
    },
    rates: Object.fromEntries(messages.flatMap(([type, { rate }]) => (rate ? [[type, rate]] : []))),
    register(router) {
      for (const [type, message] of messages) message.register(router, type);
    },
    joined(player, identity) {
      for (const [plugin, part] of parts)
        faults.attempt(`${plugin}.onJoin`, () => part.onJoin?.(player, identity));
    },
    left(player, ending) {
      for (const [plugin, part] of parts)
        faults.attempt(`${plugin}.onLeave`, () => part.onLeave?.(player, ending));
    },
    watched(accountId) {
      for (const [plugin, part] of parts)
        faults.attempt(`${plugin}.onWatch`, () => part.onWatch?.(accountId));
    },
    unwatched(accountId) {
      for (const [plugin, part] of parts)
        faults.attempt(`${plugin}.onUnwatch`, () => part.onUnwatch?.(accountId));
    },
    viewerHears: (listener, speaker) =>
      [...parts].every(([plugin, part]) => {
        let isHeard = true;
        faults.attempt(`${plugin}.viewerHears`, () => {
          isHeard = part.viewerHears?.(listener, speaker) ?? true;
        });
        return isHeard;
      }),
    async moved(successorId) {
      const told = [...parts].map(async ([plugin, part]) => {
        try {
          await part.onMove?.(successorId);
        } catch (error) {
          faults.note(`${plugin}.onMove`, error);
        }
      });
      await Promise.all(told);
    },
  };
}

/** Refuses each call. */
const refusingApi = new Proxy(
  {},
  {
    get(_, name) {
      // The result of an async function is probed for a `then`.
      if (name === "then") return undefined;
      return () => {
        throw new Error(`No plugin is open here: ${String(name)} was not called.`);
      };
    },
  },
);

/** The plugins of a room without a server, such as a re-run: no commands, no messages, APIs that refuse. */
export const refusingPlugins: RoomPlugins = {
  api: <Api>() => refusingApi as Api,
  find: () => undefined,
  commands: [],
  partsOf: () => new Map(),
};
