import { type Level, type Refusal, refuse, type WorldState } from "../../shared/index.ts";
import { withTimeout } from "../../shared/internal.ts";
import type { KeepReason, KeptRecordingPort } from "../ports/recording-archive.ts";
import type { RerunRoom } from "../rerun/rerun-room.ts";
import type { Recording } from "../simulation/recording.ts";
import type { RingRecorder } from "../simulation/ring/ring-recorder.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { TickProfile } from "../simulation/tick-clock.ts";
import { packRing } from "./keeping.ts";
import { levelPicture, takePicture } from "./picture.ts";
import { Scrub } from "./scrub.ts";
import { Scrubs } from "./scrubs.ts";

/** Longest wait for the next tick, ms. */
const TICK_MS = 1_000;

/** The side of a room with a world that the desk uses. */
export interface WorldDeskHost {
  readonly roomId: string;
  readonly build: string;
  readonly Game: new () => RerunRoom;
  readonly zone: string | undefined;
  level(): Level;
  readonly simulation: Simulation;
  readonly players: { has(id: string): boolean };
  readonly recording: Recording;
  readonly kept: KeptRecordingPort;
  profile(): TickProfile;
}

type Outcome = object | Refusal | Promise<object | Refusal>;

/** The answers that only a room with a world has. */
export interface WorldDesk {
  overview(): object;
  ticks(): object;
  /** @param level the version of the level that the asker has */
  picture(level: string): object;
  keep(why: KeepReason): Outcome;
  openScrub(level: string): Outcome;
  frames(scrub: string, fromTick: number, toTick: number): Outcome;
  path(scrub: string, player: string): Outcome;
  closeScrub(scrub: string): object;
  /** The room closes. */
  close(): void;
}

/** Opens the desk's part of a room with a world. */
export function openWorldDesk(host: WorldDeskHost): WorldDesk {
  const { simulation } = host;
  const scrubs = new Scrubs();
  const level = (version: string) => {
    const drawn = levelPicture(host.level());
    return version === drawn.version ? null : drawn;
  };

  /** What the room keeps, with the hash of its last tick. */
  async function freeze() {
    const { ring } = host.recording;
    const frozen = ring && (await withTimeout(TICK_MS, ring.freezeAtTick()).catch(() => undefined));
    return frozen ?? refuse("REPLAY_NONE", reasonOf(ring, host.kept.seconds));
  }

  return {
    overview: () => ({
      zone: host.zone ?? null,
      tick: simulation.tick,
      tickHz: simulation.tickHz,
      actors: simulation.world.size,
      replay: replayOf(host),
    }),
    ticks: () => ({
      tick: simulation.tick,
      tickHz: simulation.tickHz,
      ...host.profile(),
      systems: simulation.systems.profile(),
      replay: { ...replayOf(host), scrubBytes: scrubs.bytes },
    }),
    picture: (version) => ({
      picture: takePicture(
        simulation.state as WorldState,
        host.players,
        simulation.tick,
        levelPicture(host.level()).version,
      ),
      level: level(version),
      tickHz: simulation.tickHz,
    }),
    async keep(why) {
      const frozen = await freeze();
      if ("code" in frozen) return frozen;
      const { roomId, build } = host;
      const packed = await packRing(frozen.ring, frozen.hash, { roomId, build }, why);
      const id = await host.kept.write(packed);
      const { fromTick, toTick, from, to, gzip } = packed;
      const seconds = (toTick - fromTick) / simulation.tickHz;
      return { id, fromTick, toTick, from, to, seconds, bytes: gzip.length };
    },
    async openScrub(version) {
      const frozen = await freeze();
      if ("code" in frozen) return frozen;
      const scrub = new Scrub(host.Game, frozen.ring, frozen.hash);
      return { scrub: scrubs.add(scrub), ...scrub.span, level: level(version) };
    },
    frames(id, fromTick, toTick) {
      const scrub = scrubs.find(id);
      return scrub instanceof Scrub ? scrub.frames(fromTick, toTick) : scrub;
    },
    path(id, player) {
      const scrub = scrubs.find(id);
      return scrub instanceof Scrub ? scrub.path(player) : scrub;
    },
    closeScrub(id) {
      scrubs.close(id);
      return {};
    },
    close: () => scrubs.closeAll(),
  };
}

function replayOf({ recording: { ring }, kept }: WorldDeskHost): object {
  const none = { fromTick: 0, toTick: 0, seconds: 0, bytes: 0, maxBytes: kept.maxBytes };
  return { wantedS: kept.seconds, ...(ring?.state ?? none), problem: ring?.state.problem ?? null };
}

function reasonOf(ring: RingRecorder | undefined, seconds: number): string {
  if (seconds === 0) return "Rooms of this server keep no last seconds (ROOMKEEP_REPLAY_SECONDS is 0).";
  return ring?.state.problem ?? "The room does not tick, or has kept nothing yet.";
}
