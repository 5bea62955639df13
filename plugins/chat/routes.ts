import { type PluginRoute, route } from "roomkeep/server";
import { RoomkeepError, shownText } from "roomkeep/shared";
import { z } from "zod";
import type { Chat } from "./chat.ts";
import type { ChannelName } from "./kind.ts";
import { REASONS } from "./reports.ts";
import { lineText } from "./text.ts";

/** Lines of one page of the history. */
const PAGE_MAX = 100;
const PAGE = 50;
/** Longest text of a report, characters. */
const REPORT_MAX = 500;

const number = z.int().min(0);
const line = z.object({
  n: number,
  rev: number,
  account: z.uuid(),
  name: z.string(),
  text: z.string(),
  at: z.iso.datetime(),
  edited: z.boolean(),
  deleted: z.boolean(),
});
const listed = z.object({
  kind: z.string(),
  id: z.string(),
  title: z.string(),
  last: number,
  read: number,
  unread: number,
  slow: number,
});
const WRITE_CODES = [
  "CHAT_CHANNEL_UNKNOWN",
  "CHAT_READ_ONLY",
  "CHAT_SLOW",
  "CHAT_LINK_REFUSED",
  "CHAT_WORD_REFUSED",
  "MUTED",
  "BANNED",
  "CHARACTER_MISSING",
  "REQUEST_REUSED",
  "RATE_LIMITED",
] as const;
const CHANNEL = "/v1/chat/:kind/:id";

/** The routes of the plugin: the channels of the account that asks, their history, lines and marks. */
export function chatRoutes(chat: Chat): Record<string, PluginRoute> {
  const text = lineText(chat.settings.lineMax);
  return {
    listChannels: route({
      method: "GET",
      path: "/v1/chat",
      summary: "The channels of the account, with how many lines are unread, 100 at most",
      result: z.object({ channels: z.array(listed) }),
      answer: async ({ caller }) => ({ channels: await chat.list(caller.accountId) }),
    }),
    readChannel: route({
      method: "GET",
      path: `${CHANNEL}/lines`,
      summary: "Lines before a number, the newest of them; `last` is what a room's chat.follow goes on from",
      documents: {
        query: z.object({ before: number.optional(), limit: z.int().min(1).max(PAGE_MAX).optional() }),
      },
      result: z.object({ lines: z.array(line), last: number, more: z.boolean() }),
      codes: ["CHAT_CHANNEL_UNKNOWN"],
      answer: ({ caller, params, query }) =>
        chat.history(caller.accountId, channelIn(params), {
          before: query.before === undefined ? undefined : wholeNumber("before", query.before),
          limit: Math.min(PAGE_MAX, Math.max(1, wholeNumber("limit", query.limit ?? String(PAGE)))),
        }),
    }),
    writeLine: route({
      method: "POST",
      path: `${CHANNEL}/lines`,
      summary: "Write a line; it is kept when this is answered, and the same request again is the same line",
      body: z.strictObject({ text, request: z.uuid() }),
      result: z.object({ n: number, text: z.string(), at: z.iso.datetime(), repeated: z.boolean() }),
      codes: WRITE_CODES,
      answer: async ({ caller: { accountId }, params, body, address }) =>
        chat.write(accountId, channelIn(params), body, { speaker: await chat.speakerOf(accountId), address }),
    }),
    editLine: route({
      method: "PATCH",
      path: `${CHANNEL}/lines/:n`,
      summary: "Change an own line, for some minutes",
      body: z.strictObject({ text }),
      status: 204,
      codes: ["CHAT_LINE_UNKNOWN", "CHAT_LINE_FIXED", ...WRITE_CODES],
      async answer({ caller, params, body, address }) {
        const n = wholeNumber("n", params.n);
        await chat.change(caller.accountId, channelIn(params), n, body.text, { address });
        return null;
      },
    }),
    deleteLine: route({
      method: "DELETE",
      path: `${CHANNEL}/lines/:n`,
      summary: "Delete an own line, for some minutes",
      status: 204,
      codes: ["CHAT_CHANNEL_UNKNOWN", "CHAT_LINE_UNKNOWN", "CHAT_LINE_FIXED"],
      async answer({ caller, params }) {
        await chat.change(caller.accountId, channelIn(params), wholeNumber("n", params.n), undefined);
        return null;
      },
    }),
    reportLine: route({
      method: "POST",
      path: `${CHANNEL}/lines/:n/report`,
      summary: "Report a line to the moderators, with those before it",
      body: z.strictObject({
        reason: z.enum(REASONS),
        text: z.union([z.literal(""), shownText(REPORT_MAX)]).default(""),
      }),
      status: 204,
      codes: [
        "CHAT_CHANNEL_UNKNOWN",
        "CHAT_LINE_UNKNOWN",
        "PLAYER_UNKNOWN",
        "CHARACTER_MISSING",
        "RATE_LIMITED",
      ],
      async answer({ caller, params, body }) {
        await chat.report(caller.accountId, channelIn(params), wholeNumber("n", params.n), body);
        return null;
      },
    }),
    markRead: route({
      method: "POST",
      path: `${CHANNEL}/read`,
      summary: "Mark a channel as read up to a number; a mark never goes back",
      body: z.strictObject({ n: number }),
      status: 204,
      codes: ["CHAT_CHANNEL_UNKNOWN", "CHAT_LINE_UNKNOWN"],
      async answer({ caller, params, body }) {
        await chat.markRead(caller.accountId, channelIn(params), body.n);
        return null;
      },
    }),
  };
}

const channelIn = ({ kind = "", id = "" }: Readonly<Record<string, string>>): ChannelName => ({ kind, id });

/** @throws MESSAGE_INVALID it is none, or larger than 2^53 - 1 */
function wholeNumber(what: string, text: string | undefined): number {
  const number = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number))
    throw new RoomkeepError("MESSAGE_INVALID", `${what}: is no number of a line.`);
  return number;
}
