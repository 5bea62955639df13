import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";

/** A channel, by its kind and its id among those of the kind. */
export interface ChannelName {
  readonly kind: string;
  readonly id: string;
}

/** A channel that an account has in its list. */
export interface ListedChannel {
  readonly id: string;
  /** For people. */
  readonly title: string;
}

/** A kind of channels, as {@link defineChannel} reads it. Ids are 1 to 80 letters, digits and _ . - */
export interface ChannelDefinition {
  /** Lower-case words with hyphens, unique on the server. */
  readonly kind: string;
  /**
   * False: who comes sees what is written from then on. Lines are kept for ten minutes all the same, for
   * those who change rooms or lose their connection meanwhile. Default true.
   */
  readonly history?: boolean;
  /** Days that a line is kept, 1 to 3,650; default: the setting `days`. */
  readonly days?: number;
  /** Lines that a channel keeps, 10 to 100,000; default: the setting `linesMax`. */
  readonly linesMax?: number;
  /** Seconds between two lines of one account, 0 to 86,400, until an operator sets others. Default 0. */
  readonly slowS?: number;
  /** Whether lines may hold links; default: the setting `links`. */
  readonly links?: boolean;
  /**
   * Whether an account may read a channel. Who may not is told that there is no such channel. Asked for each
   * request, and again for who follows: what it throws as RoomkeepError is the answer.
   */
  mayRead(accountId: string, id: string): boolean | Promise<boolean>;
  /** Whether who may read may write; default: yes. */
  mayWrite?(accountId: string, id: string): boolean | Promise<boolean>;
  /**
   * The accounts of a channel that is for some: each is told of new lines, the first 1,000 of them, and lines
   * count as unread from the first on. Without it the channel is open: its lines reach who follows it.
   *
   * @param by who wrote the line; undefined: a line was changed
   * @returns undefined: nobody is told, and followers are asked whether they may still read, as ever
   */
  members?(
    id: string,
    by: string | undefined,
  ): Iterable<string> | undefined | Promise<Iterable<string> | undefined>;
  /** The channels that an account sees in its list; default: none. */
  channelsOf?(accountId: string): Iterable<ListedChannel> | Promise<Iterable<ListedChannel>>;
}

/** A kind of channels, made by {@link defineChannel}. */
export interface ChannelKind extends ChannelDefinition {
  /** Of channels whose readers call them differently: the id that an address stands for; undefined: none. */
  idOf?(accountId: string, address: string): string | undefined;
  /** The way back. */
  addressOf?(accountId: string, id: string): string;
  /** The other one of a channel of two. */
  partnerOf?(accountId: string, id: string): string;
}

/** A channel that an account may read. */
export interface OpenChannel {
  readonly kind: ChannelKind;
  /** Its name in the database. */
  readonly name: ChannelName;
}

const definition = z.object({
  kind: z
    .string()
    .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "a-z, 0-9 and hyphens")
    .max(32),
  days: z.number().min(1).max(3_650).optional(),
  linesMax: z.int().min(10).max(100_000).optional(),
  slowS: z.int().min(0).max(86_400).optional(),
});
const made = new WeakSet<object>();

/**
 * Defines a kind of channels: a plugin gives it to {@link Chat.add}, a game to `chat.with({ channels })`.
 *
 * @throws PLUGIN_INVALID a name or number does not fit
 * @example
 * const guildChannel = defineChannel({
 *   kind: "guild",
 *   days: 90,
 *   mayRead: (accountId, id) => guilds.isMember(id, accountId),
 *   members: (id) => guilds.membersOf(id),
 *   channelsOf: (accountId) => guilds.of(accountId),
 * });
 */
export function defineChannel(channel: ChannelDefinition): ChannelKind {
  const { error } = definition.safeParse(channel);
  const [issue] = error?.issues ?? [];
  if (issue)
    throw new RoomkeepError(
      "PLUGIN_INVALID",
      `The channel "${channel.kind}": ${issue.path.join(".")}: ${issue.message}.`,
    );
  const kind: ChannelKind = { ...channel };
  made.add(kind);
  return kind;
}

/** Whether {@link defineChannel} made it. */
export const isChannelKind = (value: unknown): boolean =>
  typeof value === "object" && value !== null && made.has(value);

/** Whether a text can be the id of a channel. */
export const isChannelId = (id: string): boolean => /^[\w.-]{1,80}$/.test(id);

/** One text for a channel, for maps. */
export const keyOf = ({ kind, id }: ChannelName): string => `${kind}/${id}`;
