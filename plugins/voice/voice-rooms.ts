import { Counter, Histogram } from "prom-client";
import type { Log, PluginRoom } from "roomkeep/rooms";
import { type VoiceHost, VoiceRoom } from "./voice-room.ts";

/** Between two rounds, ms: who hears whom is that much late. */
const ROUND_MS = 250;

/** The rooms of a process in which somebody has voice on. */
export interface VoiceRooms {
  /** The voice of a room; of one whose code was edited, that of the room that takes over. */
  of(room: PluginRoom): VoiceRoom;
  /** Rounds of one room, signals by kind, refusals by code, tokens. */
  readonly measures: VoiceMeasures;
  /** How many have voice on, and pairs that hear each other, by the way that voices go. */
  count(): { readonly mode: string; readonly players: number; readonly pairs: number }[];
  close(): void;
}

/** What voice measures. Registered by `exportMetrics`. */
export interface VoiceMeasures {
  readonly rounds: Histogram;
  readonly signals: Counter<"kind">;
  readonly refusals: Counter<"code">;
  readonly tokens: Counter;
}

/** Opens the rooms: one clock for all, which does nothing while nobody has voice on. */
export function openVoiceRooms(host: VoiceHost, log: Pick<Log, "warn">): VoiceRooms {
  const rooms = new Map<string, { room: PluginRoom; voice: VoiceRoom; failed: boolean }>();
  const measures = openMeasures();

  function roundAll(): void {
    for (const [roomId, one] of rooms) {
      const began = performance.now();
      try {
        one.voice.round(began);
        if (one.voice.isIdle) rooms.delete(roomId);
      } catch (error) {
        // Once a room: it may be so in every round.
        if (!one.failed) log.warn({ err: error, roomId }, "who hears whom could not be decided");
        one.failed = true;
      }
      measures.rounds.observe((performance.now() - began) / 1000);
    }
  }
  const timer = setInterval(roundAll, ROUND_MS);
  timer.unref();

  return {
    of(room) {
      const known = rooms.get(room.roomId);
      if (known?.room === room) return known.voice;
      const voice = new VoiceRoom(room, host);
      rooms.set(room.roomId, { room, voice, failed: false });
      return voice;
    },
    measures,
    count() {
      const all = [...rooms.values()].map(({ voice }) => voice);
      return ["mesh", "livekit"].map((mode) => {
        const own = all.filter((voice) => voice.mode === mode);
        const sum = (of: "size" | "pairs") => own.reduce((total, voice) => total + voice[of], 0);
        return { mode, players: sum("size"), pairs: sum("pairs") };
      });
    },
    close: () => clearInterval(timer),
  };
}

function openMeasures(): VoiceMeasures {
  return {
    rounds: new Histogram({
      name: "roomkeep_voice_round_seconds",
      help: "Time to decide who hears whom in one room, four times a second",
      buckets: [0.0002, 0.001, 0.005, 0.02, 0.1],
      registers: [],
    }),
    signals: new Counter({
      name: "roomkeep_voice_signals_total",
      help: "Pieces of signalling that were relayed, by kind",
      labelNames: ["kind"],
      registers: [],
    }),
    refusals: new Counter({
      name: "roomkeep_voice_refusals_total",
      help: "Messages of voice that were refused, by code",
      labelNames: ["code"],
      registers: [],
    }),
    tokens: new Counter({
      name: "roomkeep_voice_tokens_total",
      help: "Tokens for LiveKit that were given",
      registers: [],
    }),
  };
}
