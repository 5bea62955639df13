import { type PluginRoom, pluginMessage, type RoomPart, type RoomPlayer } from "roomkeep/rooms";
import { type Refusal, refuse } from "roomkeep/shared";
import { nothing, voiceOn, voiceRenew, voiceSignal } from "./messages.ts";
import type { Voice } from "./voice.ts";

/** The part of the plugin in one room: who has voice on, and signalling between those who hear each other. */
export function voicePart(room: PluginRoom, { rooms, livekit, settings }: Voice): RoomPart {
  const { measures } = rooms;
  const counted = (refusal: Refusal | undefined) => {
    if (refusal) measures.refusals.inc({ code: refusal.code });
    return refusal;
  };
  const giveToken = async (player: RoomPlayer): Promise<Refusal | undefined> => {
    const refused = rooms.of(room).tokenRefusal(player);
    if (refused || !livekit) return refused ?? refuse("VOICE_OFF");
    const { client } = player;
    const token = await livekit.token(room.roomId, player.sessionId);
    // It may have been muted or switched off meanwhile.
    const late = rooms.of(room).tokenRefusal(player);
    if (late) return late;
    measures.tokens.inc();
    client.send("voice.token", { url: settings.livekitUrl, token });
    return undefined;
  };
  return {
    onLeave: (player) => rooms.of(room).turnOff(player),
    messages: {
      on: pluginMessage({
        schema: voiceOn,
        rate: { perSecond: 1, burst: 6 },
        receive: (player, how) => counted(rooms.of(room).turnOn(player, how)),
      }),
      off: pluginMessage({
        schema: nothing,
        rate: { perSecond: 1, burst: 6 },
        receive: (player) => rooms.of(room).turnOff(player),
      }),
      // Eight links at once: an offer or answer and some candidates each.
      signal: pluginMessage({
        schema: voiceSignal,
        rate: { perSecond: 20, burst: 160 },
        receive(player, signal) {
          const refusal = counted(rooms.of(room).signal(player, signal));
          if (!refusal) measures.signals.inc({ kind: signal.kind });
          return refusal;
        },
      }),
      renew: pluginMessage({
        schema: voiceRenew,
        rate: { perSecond: 0.5, burst: 8 },
        receive: (player, message) => counted(rooms.of(room).renew(player, message)),
      }),
      token: pluginMessage({
        schema: nothing,
        rate: { perSecond: 0.1, burst: 4 },
        receive: async (player) => counted(await giveToken(player)),
      }),
    },
  };
}
