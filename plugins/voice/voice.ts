import type { PluginServices } from "roomkeep/server";
import type { Friends } from "../friends/index.ts";
import { type Livekit, openLivekit } from "./livekit.ts";
import type { VoiceSettings } from "./settings.ts";
import { openSwitches, type Switches } from "./switches.ts";
import { openVoiceRooms, type VoiceRooms } from "./voice-rooms.ts";

/** Voice of a process: its API for rooms and other plugins. */
export interface Voice {
  readonly settings: VoiceSettings;
  readonly rooms: VoiceRooms;
  readonly switches: Switches;
  /** Undefined: LiveKit is not set up. */
  readonly livekit: Livekit | undefined;
}

/**
 * Opens voice on the services of a process.
 *
 * @param friends whose blocks count; undefined: the server has none
 * @throws CONFIG_INVALID, DATABASE_UNAVAILABLE
 */
export async function openVoice(
  { db, log, settings, onClose }: PluginServices<VoiceSettings>,
  friends: Pick<Friends, "hasBlocked"> | undefined,
): Promise<Voice> {
  const livekit = await openLivekit(settings);
  const switches = await openSwitches(db, log);
  onClose(switches.close);
  let hasFailed = false;
  const rooms = openVoiceRooms(
    {
      settings,
      isOff: switches.isOff,
      isBlocked: (one, other) =>
        friends !== undefined && (friends.hasBlocked(one, other) || friends.hasBlocked(other, one)),
      fault(error) {
        if (!hasFailed)
          log.warn({ err: error }, "voiceZoneOf of a room fails: those it is asked for hear nobody");
        hasFailed = true;
      },
    },
    log,
  );
  onClose(rooms.close);
  return { settings, rooms, switches, livekit };
}
