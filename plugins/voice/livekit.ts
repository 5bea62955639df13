import { RoomkeepError } from "roomkeep/shared";
import { hasLivekit, type VoiceSettings } from "./settings.ts";

/** Makes tokens for LiveKit. */
export interface Livekit {
  /** @returns a token for one room and one person, who may publish their microphone there and nothing else */
  token(roomId: string, sessionId: string): Promise<string>;
}

/**
 * Opens LiveKit, where it is set up. Each right is said: what a token does not name, LiveKit's defaults allow
 * in part, and a `ttl` of 0 would be six hours.
 *
 * @throws CONFIG_INVALID the package `livekit-server-sdk` is not installed
 */
export async function openLivekit(settings: VoiceSettings): Promise<Livekit | undefined> {
  if (!hasLivekit(settings)) return undefined;
  const { AccessToken, TrackSource } = await import("livekit-server-sdk").catch((cause) => {
    const text = "LiveKit needs a package of its own: npm install livekit-server-sdk.";
    throw new RoomkeepError("CONFIG_INVALID", text, { cause });
  });
  const { livekitKey, livekitSecret, livekitMinutes } = settings;
  return {
    token(roomId, sessionId) {
      const token = new AccessToken(livekitKey, livekitSecret, {
        identity: sessionId,
        ttl: livekitMinutes * 60,
      });
      token.addGrant({
        room: roomId,
        roomJoin: true,
        canPublish: true,
        canPublishSources: [TrackSource.MICROPHONE],
        canSubscribe: true,
        canPublishData: false,
        canUpdateOwnMetadata: false,
        canSubscribeMetrics: false,
        canManageAgentSession: false,
        roomCreate: false,
        roomList: false,
        roomRecord: false,
        roomAdmin: false,
        ingressAdmin: false,
        hidden: false,
        recorder: false,
        agent: false,
        destinationRoom: "",
      });
      return token.toJwt();
    },
  };
}
