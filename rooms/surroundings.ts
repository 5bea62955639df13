import type { Client } from "@colyseus/core";
import type { Refusal } from "../shared/index.ts";
import {
  type CheatDetection,
  type CheatDetectionOptions,
  type CheatSuspected,
  openCheatDetection,
} from "./cheat-detection/cheat-detection.ts";
import type { Channel } from "./messaging/channel.ts";
import { type ChatDecision, registerChat } from "./messaging/chat.ts";
import { type Command, type Console, openConsole, registerConsoleMessages } from "./messaging/console.ts";
import { type MessageNetwork, type MessageRouter, openMessageRouter } from "./messaging/message-router.ts";
import type { RateLimit } from "./messaging/rate-limit.ts";
import type { ChatHistory } from "./moderation/chat-history.ts";
import type { RoomPlayer } from "./player.ts";
import { openPluginParts, type PluginParts, type PluginRoom, type RoomPlugins } from "./plugins.ts";
import type { LastInput, Log, Ports } from "./ports/ports.ts";
import type { Faults } from "./simulation/faults.ts";
import type { Recording } from "./simulation/recording.ts";
import type { Strikes } from "./transport/strikes.ts";

/** The way a room opens, by its game's listing and its create options. */
export interface RoomOpening {
  /** True: it is on no list, and is entered by its code. */
  readonly isHidden: boolean;
  /** The party or character that it is for; undefined in a room that is no instance. */
  readonly instance: string | undefined;
}

/** The world outside of a room: its process and its clients. A re-run has neither. */
export interface Surroundings {
  readonly ports: Ports;
  readonly plugins: RoomPlugins;
  readonly log: Log;
  readonly network: MessageNetwork;
}

/** The parts of a room that a re-run has as well. */
export interface GameParts<P extends RoomPlayer> extends Surroundings {
  readonly router: MessageRouter<P>;
  /** A command that is given by it is recorded as an operator's. */
  readonly console: Console;
  readonly pluginParts: PluginParts;
  readonly cheats: CheatDetection<P>;
}

/** What these parts need of their room. */
export interface PartsHost<R extends PluginRoom, P extends RoomPlayer> {
  readonly room: R;
  readonly players: ReadonlyMap<string, P>;
  readonly commands: readonly Command<R>[];
  readonly rateLimits: Record<string, RateLimit>;
  readonly closed: readonly Channel[];
  readonly strikes: Strikes;
  readonly recording: Recording;
  readonly faults: Faults;
  readonly onChat: ((player: P, text: string) => ChatDecision<P>) | undefined;
  readonly chat: ChatHistory;
  cheatDetection(): CheatDetectionOptions;
  lastInputs(player: P): readonly LastInput[];
  suspected(player: P, suspected: CheatSuspected): void;
  frozen(player: P): Refusal | undefined;
  heard(player: P): void;
  /** What the answer to a message waits for; undefined: nothing. */
  saved(): Promise<void> | undefined;
  /** A message of a client that is no player. @returns what a request is answered */
  viewer(client: Client, type: string, payload: unknown): unknown;
}

/** Opens the messages, commands, plugins and cheat detection of a room. */
export function openGameParts<R extends PluginRoom, P extends RoomPlayer>(
  host: PartsHost<R, P>,
  around: Surroundings,
): GameParts<P> {
  const { room, players, recording } = host;
  const { roomName, roomId } = room;
  const { ports, plugins, log, network } = around;
  const now = () => network.clock.elapsedTime;
  const pluginParts = openPluginParts(plugins.partsOf(room), host.faults);
  const cheats = openCheatDetection<P>({
    roomName,
    roomId,
    port: ports.cheats,
    log,
    now,
    options: () => host.cheatDetection(),
    lastInputs: (player) => host.lastInputs(player),
    suspected: (player, suspected) => host.suspected(player, suspected),
  });
  const router = openMessageRouter<P>({
    network,
    players,
    rates: { ...pluginParts.rates, ...host.rateLimits },
    closed: host.closed,
    log,
    strikes: host.strikes,
    record: (player, type, message) => recording.recorder?.message(player.sessionId, type, message),
    refusal: (player) => host.frozen(player),
    heard: (player) => host.heard(player),
    saved: () => host.saved(),
    viewer: (client, type, payload) => host.viewer(client, type, payload),
    countLine: ({ claim }) => ports.accountLimits.countLine(claim.sheet.accountId),
    countByAccount: ({ claim: { sheet } }, type, limit) =>
      ports.accountLimits.count(`${roomName}:${type}`, sheet.accountId, limit),
    // A bot of the room is no cheat.
    refused: (player, code) => players.has(player.sessionId) && cheats.refused(player, code),
    weight: ({ suspicion }) => (suspicion.slowUntilMs > now() ? 2 : 1),
  });
  const { onChat: decide, chat: history } = host;
  registerChat(router, { network, players, decide, hears: pluginParts.hears, history });
  pluginParts.register(router);
  const commands = [...plugins.commands, ...host.commands];
  const console = openConsole<R>(room, commands, ({ caller: { id, role }, line, outcome }) => {
    const { accountId: account, id: character } = players.get(id)?.claim.sheet ?? {};
    return ports.audit.note({ caller: id, role, account, character, game: roomName, roomId, line, outcome });
  });
  // A player's command is recorded as a message.
  registerConsoleMessages(router, console);
  const recorded: Console = {
    complete: console.complete,
    give: (caller, line, isAudited) => {
      recording.recorder?.command(caller.id, caller.role, line);
      return console.give(caller, line, isAudited);
    },
  };
  return { ...around, router, console: recorded, pluginParts, cheats };
}
