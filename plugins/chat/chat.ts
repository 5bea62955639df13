import type { PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type ChannelKind, type ChannelName, isChannelId, keyOf, type OpenChannel } from "./kind.ts";
import { ownKinds } from "./kinds.ts";
import { type Feeds, openFeeds } from "./live/feeds.ts";
import { openSeats, type Seats } from "./live/seats.ts";
import { type LineReport, lineReports } from "./reports.ts";
import { changeLine, type KeptLine, type LineChange, readPage, shownOf } from "./rows/lines.ts";
import { type ChannelState, markRead, readSpeakers, readStates, type Speaker } from "./rows/readers.ts";
import type { ChatSettings } from "./settings.ts";
import { openTextCheck } from "./text.ts";
import { openWriting, type Writing } from "./writing.ts";

/** A channel in an account's list. */
export interface ChannelInList extends ChannelName {
  readonly title: string;
  readonly last: number;
  readonly read: number;
  readonly unread: number;
  /** Seconds between two lines of one account. */
  readonly slow: number;
}

/** What has happened in a channel, as processes tell each other. */
interface News extends ChannelName {
  readonly last?: number;
  /** Who wrote it; undefined: a line was changed. */
  readonly by?: string;
  readonly members?: readonly string[];
  /** Who may read has changed. */
  readonly recheck?: { readonly account?: string };
}

/** Most members of a channel who are told of a line that they do not follow. */
const MEMBERS_MAX = 1_000;

/** Chat channels: the plugin's API for rooms, routes and other plugins. */
export interface Chat {
  /** Adds a kind of channels. @throws PLUGIN_INVALID there is one of this name */
  add(kind: ChannelKind): void;
  /**
   * The channel of an address, if an account may read it.
   *
   * @throws CHAT_CHANNEL_UNKNOWN there is none, or it may not
   */
  open(accountId: string, address: ChannelName): Promise<OpenChannel>;
  /** Who may read a channel has changed: one account, or all. Followers who may not are let go at once. */
  membersChanged(channel: ChannelName, accountId?: string): void;
  /** Deletes a channel with its lines, such as of a group that is no more. Its id must not come again. */
  remove(channel: ChannelName): Promise<void>;
  list(accountId: string): Promise<ChannelInList[]>;
  /** Writes a line. See {@link Writing.write}. */
  readonly write: Writing["write"];
  /** Lines before a number, the newest of them, oldest first. @throws CHAT_CHANNEL_UNKNOWN */
  history(
    accountId: string,
    address: ChannelName,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<{ lines: ReturnType<typeof shownOf>[]; last: number; more: boolean }>;
  /** @throws CHAT_CHANNEL_UNKNOWN, CHAT_LINE_UNKNOWN the channel has not come so far */
  markRead(accountId: string, address: ChannelName, n: number): Promise<void>;
  /** Changes an own line, or deletes it. @throws CHAT_LINE_UNKNOWN, CHAT_LINE_FIXED, and as {@link write} */
  change(
    accountId: string,
    address: ChannelName,
    n: number,
    text: string | undefined,
    from?: { readonly address?: string },
  ): Promise<void>;
  /** Reports a line that the account can read. @throws CHAT_LINE_UNKNOWN, RATE_LIMITED */
  report(accountId: string, address: ChannelName, n: number, report: LineReport): Promise<void>;
  /** Tells all processes that a channel has advanced. */
  advanced(channel: ChannelName, last: number, by?: string): Promise<void>;
  /** Speaker of an account. @throws CHARACTER_MISSING it has no character */
  speakerOf(accountId: string): Promise<Speaker>;
  readonly feeds: Feeds;
  readonly seats: Seats;
  readonly kinds: ReadonlyMap<string, ChannelKind>;
  readonly settings: ChatSettings;
  /** How many lines were written, by kind; and refused, by code. */
  readonly written: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
}

/** Opens the channels on the services of a process. */
export function openChat(services: PluginServices<ChatSettings>): Chat {
  const { db, people, log, settings, onClose } = services;
  const kinds = new Map<string, ChannelKind>();
  const feeds = openFeeds({ db, log, people, lookMs: settings.lookMs });
  onClose(feeds.close);
  const seats = openSeats();
  const texts = openTextCheck(settings);
  const writing = openWriting(services, { open, advanced, check: texts.read });
  const report = lineReports(services, { open, speakerOf });

  const tell = services.signal<News>("news", ({ kind: kindName, id, last, by, members, recheck }) => {
    const name = { kind: kindName, id };
    if (recheck) feeds.recheck(name, recheck.account);
    if (last === undefined) return;
    feeds.advance(name, members);
    const kind = kinds.get(kindName);
    if (!kind || by === undefined) return;
    for (const accountId of members ?? [])
      for (const seat of seats.of(accountId))
        if (!feeds.isFollowed(name, seat) && seat.hears(by))
          seat.news({ kind: kindName, id: kind.addressOf?.(accountId, id) ?? id, last });
  });

  async function open(accountId: string, { kind: kindName, id: address }: ChannelName): Promise<OpenChannel> {
    const kind = kinds.get(kindName);
    const id = kind?.idOf ? kind.idOf(accountId, address) : address;
    // Whether a channel is there and not for this account, or not there at all, looks the same.
    if (!kind || id === undefined || !isChannelId(id) || !(await kind.mayRead(accountId, id)))
      throw new RoomkeepError("CHAT_CHANNEL_UNKNOWN");
    return { kind, name: { kind: kindName, id } };
  }

  const hiddenFrom = async (accountId: string) => (await people.hiddenFrom([accountId])).get(accountId) ?? [];

  async function advanced(name: ChannelName, last: number, by?: string): Promise<void> {
    let members: string[] | undefined;
    try {
      const all = await kinds.get(name.kind)?.members?.(name.id, by);
      members = all && [...all].slice(0, MEMBERS_MAX);
    } catch (error) {
      log.warn({ err: error, channel: keyOf(name) }, "members of a channel could not be read");
    }
    tell({ ...name, last, ...(by !== undefined && { by }), ...(members && { members }) });
  }

  async function speakerOf(accountId: string): Promise<Speaker> {
    const speaker = (await readSpeakers(db, [accountId])).get(accountId);
    if (!speaker) throw new RoomkeepError("CHARACTER_MISSING", "Who writes needs a character.");
    return speaker;
  }

  function add(kind: ChannelKind): void {
    if (kinds.has(kind.kind))
      throw new RoomkeepError("PLUGIN_INVALID", `There are channels of the kind "${kind.kind}" already.`);
    kinds.set(kind.kind, kind);
  }
  for (const kind of [...ownKinds({ db, people, server: settings.server }), ...settings.channels]) add(kind);

  /** Why a line was not changed. */
  async function refusalToChange(name: ChannelName, n: number): Promise<RoomkeepError> {
    const { lines } = await readPage(db, name, { before: n + 1, limit: 1, hidden: [] });
    const isThere = lines.some((line) => line.n === n && !line.deleted);
    return new RoomkeepError(isThere ? "CHAT_LINE_FIXED" : "CHAT_LINE_UNKNOWN");
  }

  return {
    add,
    open,
    advanced,
    speakerOf,
    write: writing.write,
    report,
    membersChanged: (channel, account) =>
      tell({ ...channel, recheck: account === undefined ? {} : { account } }),
    async remove({ kind, id }) {
      await db.query("DELETE FROM chat_channel WHERE kind = $1 AND id = $2", [kind, id]);
      tell({ kind, id, recheck: {} });
    },
    async list(accountId) {
      const found = await Promise.all(
        [...kinds.values()].map(async (kind) =>
          [...((await kind.channelsOf?.(accountId)) ?? [])].map(({ id, title }) => ({ kind, id, title })),
        ),
      );
      const all = found.flat();
      const hidden = await hiddenFrom(accountId);
      const states = await readStates(
        db,
        accountId,
        // Without a history, what was written before somebody came is not for them.
        all.map(({ kind, id }) => ({
          kind: kind.kind,
          id,
          personal: kind.members !== undefined && kind.history !== false,
        })),
        hidden,
      );
      return all.map(({ kind, id, title }) => {
        const name = { kind: kind.kind, id };
        const state: ChannelState | undefined = states.get(keyOf(name));
        return {
          kind: kind.kind,
          id: kind.addressOf?.(accountId, id) ?? id,
          title,
          last: state?.last ?? 0,
          read: state?.read ?? 0,
          unread: state?.unread ?? 0,
          slow: state?.slow ?? kind.slowS ?? 0,
        };
      });
    },
    async history(accountId, address, { before, limit }) {
      const { name, kind } = await open(accountId, address);
      const hidden = await hiddenFrom(accountId);
      // Without a history only live lines are read, by who follows.
      if (kind.history === false) return { lines: [], last: 0, more: false };
      const { lines, ...page } = await readPage(db, name, { before, limit, hidden });
      return { ...page, lines: lines.map((line: KeptLine) => shownOf(line)) };
    },
    async markRead(accountId, address, n) {
      const { name } = await open(accountId, address);
      if (!(await markRead(db, accountId, name, n))) throw new RoomkeepError("CHAT_LINE_UNKNOWN");
    },
    async change(accountId, address, n, text, from = {}) {
      const { name, kind } = await open(accountId, address);
      const refusal = text === undefined ? undefined : await people.refusalToWrite(accountId, from.address);
      if (refusal) throw new RoomkeepError(refusal.code, refusal.reason);
      const own = { accountId, withinMinutes: settings.editMinutes };
      const change: LineChange = {
        ...name,
        n,
        text: text === undefined ? undefined : texts.read(text, kind.links),
        own,
      };
      const last = await changeLine(db, change);
      if (last === undefined) throw await refusalToChange(name, n);
      void advanced(name, last);
    },
    feeds,
    seats,
    kinds,
    settings,
    written: writing.written,
    refused: writing.refused,
  };
}
