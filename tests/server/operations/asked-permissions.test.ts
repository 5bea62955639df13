import { expect, it } from "vitest";
import type { Chat } from "../../../plugins/chat/chat.ts";
import { chatOperations } from "../../../plugins/chat/desk.ts";
import { boardOperations } from "../../../plugins/leaderboards/desk.ts";
import type { Leaderboards } from "../../../plugins/leaderboards/leaderboards.ts";
import type { Matchmaking } from "../../../plugins/matchmaking/api.ts";
import { matchmakingOperations } from "../../../plugins/matchmaking/desk.ts";
import type { Notifications } from "../../../plugins/notifications/api.ts";
import { notificationOperations } from "../../../plugins/notifications/desk.ts";
import { storageOperations } from "../../../plugins/storage/desk.ts";
import type { OpenStorage } from "../../../plugins/storage/storage.ts";
import { voiceOperations } from "../../../plugins/voice/desk.ts";
import type { Voice } from "../../../plugins/voice/voice.ts";
import { OPERATIONS } from "../../../server/operations/index.ts";
import type { AnyOperation } from "../../../server/operations/operation.ts";

/** What each asks for, written down a second time: who gives another permission to one says so here too. */
const ASKED = `
look: events.list zones.list players.search players.show players.items players.ledger players.sessions
  players.flags items.templates matches.list rooms.list rooms.show rooms.players rooms.state rooms.ticks
  rooms.picture overview.get alerts.list alerts.rules errors.list voice.list leaderboards.list
  leaderboards.places leaderboards.results matchmaking.queues matchmaking.tickets matchmaking.player
secrets: players.search-address players.secrets rooms.addresses rooms.secrets notifications.list storage.list
  storage.get
sanction: players.notes players.note players.warn players.mute players.kick players.ban players.ban-character
  sanctions.ban-range sanctions.lift sanctions.list rooms.kick leaderboards.remove matchmaking.forgive
reports: reports.list reports.show reports.claim reports.decide reports.reopen chat.channels chat.read
  chat.delete chat.edit chat.slow
rooms: zones.restore zones.set-aside matches.restore matches.set-aside rooms.lock rooms.unlock rooms.announce
  rooms.close rooms.move alerts.acknowledge voice.off voice.on notifications.send notifications.dismiss
  matchmaking.close matchmaking.open
command: rooms.command
recordings: recordings.scrub recordings.frames recordings.path recordings.keep recordings.list recordings.get
  recordings.open recordings.recorded-frames recordings.recorded-path recordings.verify
accounts: account.reset players.rename players.rename-character players.sign-out
items: items.coins items.grant items.take leaderboards.end storage.set storage.delete
export: account.export players.export
delete: account.delete players.delete players.keep
settings: settings.list settings.set settings.reset settings.history
flags: flags.list flags.set flags.reset flags.account
audit: audit.list audit.verify ledger.verify players.audit
operators: account.role backup.make operators.list operators.sign-out operators.remove-totp operators.welcome`;

/** Reads with an entry of their own: they show what is somebody's. */
const AUDITED_READS = [
  ..."account.export players.search-address players.secrets players.export".split(" "),
  ..."rooms.addresses rooms.secrets recordings.get chat.read".split(" "),
];
const COMMAND_LINE = "account.export account.delete backup.make operators.welcome".split(" ");
const SECRETS: Readonly<Record<string, readonly string[]>> = {
  "players.note": ["text"],
  "players.rename": ["name"],
  "players.rename-character": ["name"],
  "reports.decide": ["decision"],
};

const plugins = {
  chat: chatOperations({ settings: { lineMax: 240 } } as Chat),
  voice: voiceOperations({} as Voice),
  leaderboards: boardOperations({} as Leaderboards),
  notifications: notificationOperations({} as Notifications),
  matchmaking: matchmakingOperations({} as Matchmaking),
  storage: storageOperations({} as OpenStorage),
};
const all = new Map<string, AnyOperation>(OPERATIONS);
for (const [plugin, operations] of Object.entries(plugins))
  for (const [verb, operation] of Object.entries(operations))
    all.set(`${plugin}.${verb}`, operation.named(`${plugin}.${verb}`));

const asked = ASKED.trim()
  .split(/\n(?! )/)
  .flatMap((line) => {
    const [permission = "", ...names] = line.split(/:?\s+/);
    return names.map((name) => ({ name, permission }));
  });

it.each(asked)("$name asks for $permission", ({ name, permission }) => {
  const { kind, from = "everywhere", secrets = [], ...operation } = all.get(name) ?? {};
  expect(operation).toMatchObject({
    permission,
    // Each change has its entry, and so has a look at what is somebody's own.
    isAudited: kind === "write" || AUDITED_READS.includes(name),
  });
  expect(from).toBe(COMMAND_LINE.includes(name) ? "command line" : "everywhere");
  expect(secrets).toEqual(SECRETS[name] ?? []);
});

it("no operation of the server is left out", () => {
  const names = new Set(asked.map(({ name }) => name));
  expect([...OPERATIONS.keys()].filter((name) => !names.has(name))).toEqual([]);
});
