import type { VoicePreferences } from "./preferences.ts";
import { openLevel } from "./sound.ts";

/** The own microphone. */
export interface Microphone {
  /** What others are sent: silence while its `enabled` is false. */
  readonly track: MediaStreamTrack;
  /** How loud it is, whether it is sent or not: 0 to 1. */
  level(): number;
  close(): void;
}

/** Asks for the microphone: the browser asks the person. @throws DOMException as `getUserMedia` */
export async function openMicrophone(
  context: AudioContext,
  preferences: Pick<VoicePreferences, "device" | "noiseSuppression" | "echoCancellation">,
): Promise<Microphone> {
  const stream = await ask(preferences);
  const [heard] = stream.getAudioTracks();
  if (!heard) throw new DOMException("no microphone", "NotFoundError");
  // Another track for the others: the own level is measured while nothing is sent.
  const track = heard.clone();
  track.enabled = false;
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  return {
    track,
    level: openLevel(source),
    close() {
      source.disconnect();
      track.stop();
      heard.stop();
    },
  };
}

async function ask({
  device,
  noiseSuppression,
  echoCancellation,
}: Pick<VoicePreferences, "device" | "noiseSuppression" | "echoCancellation">): Promise<MediaStream> {
  const audio = { noiseSuppression, echoCancellation, autoGainControl: noiseSuppression, channelCount: 1 };
  const get = (more: MediaTrackConstraints) =>
    navigator.mediaDevices.getUserMedia({ audio: { ...audio, ...more } });
  if (!device) return get({});
  try {
    return await get({ deviceId: { exact: device } });
  } catch (error) {
    // It may have been unplugged since.
    if (error instanceof DOMException && error.name === "NotAllowedError") throw error;
    return get({});
  }
}

/** Why there is no microphone, for people. */
export function microphoneProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The browser does not let this page use the microphone. You can listen.";
  if (name === "NotFoundError") return "There is no microphone. You can listen.";
  return "The microphone cannot be used now. You can listen.";
}
