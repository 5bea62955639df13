import { type PluginRoute, route } from "roomkeep/server";
import { z } from "zod";
import { iceServersOf } from "./ice.ts";
import type { Voice } from "./voice.ts";

/** How a page connects: it asks when voice is turned on, and before credentials run out. */
export function voiceRoutes({ settings, livekit }: Voice): Record<string, PluginRoute> {
  return {
    readVoice: route({
      method: "GET",
      path: "/v1/voice",
      summary: "Whether there is voice, and by which servers pages connect",
      perMinute: 60,
      result: z.object({
        mesh: z.boolean().meta({ description: "from page to page" }),
        livekit: z.boolean().meta({ description: "by LiveKit, where many stand together" }),
        relayOnly: z.boolean().meta({ description: "pages do not learn each other's addresses" }),
        iceServers: z.array(
          z.object({
            urls: z.array(z.string()),
            username: z.string().optional(),
            credential: z.string().optional(),
          }),
        ),
        renewInS: z.int().meta({ description: "seconds after which to ask again" }),
      }),
      answer: () => {
        const { enabled, mesh, relayOnly, turnMinutes } = settings;
        const isMesh = enabled && mesh;
        return {
          mesh: isMesh,
          livekit: enabled && livekit !== undefined,
          relayOnly,
          iceServers: isMesh ? iceServersOf(settings) : [],
          renewInS: turnMinutes * 30,
        };
      },
    }),
  };
}
