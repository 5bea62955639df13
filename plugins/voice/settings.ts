import { z } from "zod";

/** Most that a mesh connects one page to: each of them costs it an upload of its own. */
export const MESH_MAX = 8;

const iceServer = z.strictObject({
  urls: z
    .array(z.string().regex(/^(stun|turn)s?:\S+$/))
    .min(1)
    .max(8),
  username: z.string().max(512).optional(),
  credential: z.string().max(512).optional(),
});
/** A STUN or TURN server, as browsers take it. */
export type IceServer = z.output<typeof iceServer>;

/** Settings of the plugin; see its README. */
export const voiceSettings = z
  .object({
    enabled: z.boolean().default(true).meta({ live: true, description: "voice in all rooms of the server" }),
    mesh: z.boolean().default(true),
    rangeM: z.coerce.number().min(1).max(1_000).default(20).meta({ live: true }),
    peersMax: z.coerce.number().int().min(1).max(MESH_MAX).default(MESH_MAX).meta({ live: true }),
    relayOnly: z.boolean().default(false),
    // It may have credentials of a TURN server.
    iceServers: z.array(iceServer).max(8).default([]).meta({ secret: true }),
    turnUrls: z
      .array(z.string().regex(/^turns?:\S+$/))
      .max(8)
      .default([]),
    turnSecret: z.string().max(256).default(""),
    turnMinutes: z.coerce.number().int().min(5).max(1_440).default(60),
    livekitUrl: z.union([z.literal(""), z.url({ protocol: /^wss?$/ })]).default(""),
    livekitKey: z.string().max(256).default(""),
    livekitSecret: z.string().max(256).default(""),
    livekitMinutes: z.coerce.number().int().min(1).max(60).default(10),
    livekitPeersMax: z.coerce.number().int().min(1).max(100).default(32).meta({ live: true }),
    offDays: z.coerce.number().int().min(1).max(3_650).default(365),
  })
  .refine(({ turnUrls, turnSecret }) => turnUrls.length === 0 || turnSecret.length >= 16, {
    error: "turnUrls need a turnSecret of 16 characters or more",
    path: ["turnSecret"],
  })
  .refine((all) => !all.relayOnly || !all.mesh || hasTurn(all), {
    error: "relayOnly needs a TURN server: turnUrls, or one among iceServers",
    path: ["relayOnly"],
  })
  .refine(
    ({ livekitUrl, livekitKey, livekitSecret }) => {
      const given = [livekitUrl, livekitKey, livekitSecret].filter((one) => one !== "").length;
      return given === 0 || given === 3;
    },
    { error: "livekitUrl, livekitKey and livekitSecret go together", path: ["livekitUrl"] },
  );

/** Settings of the plugin, checked. */
export type VoiceSettings = z.output<typeof voiceSettings>;

function hasTurn({ turnUrls, iceServers }: { turnUrls: string[]; iceServers: IceServer[] }): boolean {
  return turnUrls.length > 0 || iceServers.some(({ urls }) => urls.some((url) => url.startsWith("turn")));
}

/** Whether LiveKit is set up. */
export function hasLivekit({ livekitUrl }: Pick<VoiceSettings, "livekitUrl">): boolean {
  return livekitUrl !== "";
}
