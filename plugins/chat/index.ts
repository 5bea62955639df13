import { Counter, Gauge, type Registry } from "prom-client";
import { definePlugin } from "roomkeep/server";
import { type Chat, openChat } from "./chat.ts";
import { chatOperations } from "./desk.ts";
import { chatPart } from "./room-part.ts";
import { chatRoutes } from "./routes.ts";
import { chatTables } from "./rows/migration.ts";
import { chatRetention } from "./rows/retention.ts";
import { chatSettings } from "./settings.ts";

export type { ChannelInList, Chat } from "./chat.ts";
export {
  type ChannelDefinition,
  type ChannelKind,
  type ChannelName,
  defineChannel,
  type ListedChannel,
} from "./kind.ts";
export type { LinesNews, ShownLine } from "./live/line-list.ts";

/**
 * Chat channels with kept lines: `server` for everybody, `zone` for the rooms of a game, `whisper` for two,
 * and kinds of other plugins and games, made by {@link defineChannel}. Its settings are in its README.
 *
 * @example
 * export const plugins = [chat.with({ server: [{ id: "trade", title: "Trade" }], days: 7 })];
 */
export const chat = definePlugin({
  name: "chat",
  version: "1.0.0",
  settings: chatSettings,
  migrations: [chatTables],
  open: (services): Chat => openChat(services),
  routes: chatRoutes,
  room: chatPart,
  operations: chatOperations,
  metrics: measure,
  retention: chatRetention,
});

function measure(registry: Registry, { written, refused, feeds }: Chat): void {
  const counter = (name: string, help: string, label: string, counts: ReadonlyMap<string, number>) =>
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [what, count] of counts) this.inc({ [label]: what }, count);
      },
    });
  counter("roomkeep_chat_lines_total", "Lines that were written, by kind of channel", "kind", written);
  counter("roomkeep_chat_refused_total", "Lines that were refused, by code", "code", refused);
  new Counter({
    name: "roomkeep_chat_sent_total",
    help: "Lines that were sent to followers of channels",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(feeds.sent);
    },
  });
  new Gauge({
    name: "roomkeep_chat_followers",
    help: "Channels that players in rooms of this process follow, each counted for each player",
    registers: [registry],
    collect() {
      this.set(feeds.followers);
    },
  });
}
