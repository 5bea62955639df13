import { definePlugin } from "roomkeep/server";
import { friends } from "../friends/index.ts";
import { voiceOperations } from "./desk.ts";
import { exportMetrics } from "./metrics.ts";
import { switchedOff } from "./migration.ts";
import { voicePart } from "./room-part.ts";
import { voiceRoutes } from "./routes.ts";
import { voiceSettings } from "./settings.ts";
import { openVoice, type Voice } from "./voice.ts";

export type { Voice } from "./voice.ts";
export type { VoiceZones } from "./voice-room.ts";

/**
 * Spatial voice: those who stand near each other hear each other, from page to page, and by LiveKit where
 * many stand together and it is set up. Its settings are in its README.
 *
 * @example
 * export const plugins = [friends, voice.with({ rangeM: 15 })];
 */
export const voice = definePlugin({
  name: "voice",
  version: "1.0.0",
  uses: [friends],
  settings: voiceSettings,
  migrations: [switchedOff],
  open: (services): Promise<Voice> => openVoice(services, services.optional(friends)),
  routes: voiceRoutes,
  room: voicePart,
  operations: voiceOperations,
  metrics: exportMetrics,
  retention: ({ offDays }) => [{ table: "voice_off", column: "at", days: offDays }],
});
