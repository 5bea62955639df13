import { type Signal, signal } from "@preact/signals";
import type { Avatar, Ground } from "../../shared/index.ts";
import type { InputFrame } from "../network/predict.ts";
import type { JoinedRoom } from "../room/joined-room.ts";
import type { ActorViews } from "./actor-views.ts";
import type { CameraRig } from "./camera-rig.ts";

/** Pace of the free camera, and by the run button, metres a second. */
const PACE_M = 12;
const FAST_M = 30;
/** How often the room is told where the free camera is, ms, and from which way on, metres. */
const TELL_MS = 250;
const TELL_M = 0.5;
/** So long nobody else is followed for one who is out of sight, beside the delay of the picture, ms. */
const GONE_MS = 3_000;

/** The point that the camera looks at, metres. */
export interface Spot {
  x: number;
  y: number;
  z: number;
}

/** The camera of a spectator: it follows an avatar, or flies free over the level. */
export interface SpectatorCamera {
  /** Id of the avatar that it follows; undefined: it is free. */
  readonly following: Signal<string | undefined>;
  /** The point that it looks at. */
  readonly spot: Readonly<Spot>;
  follow(id: string): void;
  /** Follows the next avatar of the room, or with -1 the one before. */
  turn(by: 1 | -1): void;
  /** Lets go: the camera stays where it is, and the input moves it. */
  free(): void;
  /** Moves the camera, once a frame. @param now ms @param input in world directions, as an avatar has it */
  frame(dtS: number, now: number, input: InputFrame): void;
}

/** What {@link openSpectatorCamera} needs. */
export interface SpectatorCameraOptions {
  readonly room: JoinedRoom;
  readonly actors: ActorViews;
  readonly ground: Ground;
  readonly rig: CameraRig;
  /** By how much the picture is older, ms. */
  delayMs(): number;
}

/** Opens the camera of a spectator. It follows the first avatar, until its person lets go. */
export function openSpectatorCamera(options: SpectatorCameraOptions): SpectatorCamera {
  const { room, actors, ground, rig } = options;
  const { min, max } = ground.level.bounds;
  const [x = 0, , z = 0] = ground.level.spawns[0]?.at ?? [];
  const spot: Spot = { x, y: ground.height(x, z), z };
  const following = signal<string | undefined>(undefined);
  const told = { x: Number.NaN, z: Number.NaN, at: 0 };
  let isFree = false;
  let isPlaced = false;
  let seenAt = 0;

  /** The free camera is where the room's picture is to be from. */
  function tell(now: number): void {
    if (now - told.at < TELL_MS || Math.hypot(spot.x - told.x, spot.z - told.z) < TELL_M) return;
    Object.assign(told, { x: spot.x, z: spot.z, at: now });
    room.send("spectate.look", { x: spot.x, z: spot.z });
  }

  function fly(dtS: number, now: number, { moveX, moveZ, buttons }: InputFrame): void {
    const way = ((buttons === 0 ? PACE_M : FAST_M) * dtS) / 127;
    spot.x = Math.min(Math.max(spot.x + moveX * way, min[0]), max[0]);
    spot.z = Math.min(Math.max(spot.z + moveZ * way, min[1]), max[1]);
    const y = ground.height(spot.x, spot.z);
    spot.y += (y - spot.y) * (1 - Math.exp(-dtS * 8));
    tell(now);
  }

  function goAlong(now: number): void {
    const pose = actors.pose(following.peek() ?? "");
    if (pose) {
      Object.assign(spot, { x: pose.x, y: pose.y, z: pose.z });
      if (!isPlaced) Object.assign(rig, { yaw: pose.yaw, pitch: 0.24 });
      isPlaced = true;
      seenAt = now;
    } else if (!following.peek() || now - seenAt > GONE_MS + options.delayMs()) {
      seenAt = now;
      camera.turn(1);
    }
  }

  const camera: SpectatorCamera = {
    following,
    spot,
    follow(id) {
      isFree = false;
      if (following.peek() === id) return;
      following.value = id;
      seenAt = performance.now();
      room.send("spectate.follow", { actor: id });
    },
    turn(by) {
      const ids = avatarsOf(room);
      const at = ids.indexOf(following.peek() ?? "");
      const next = ids.at(at < 0 ? 0 : (at + by) % ids.length);
      if (next) camera.follow(next);
    },
    free() {
      isFree = true;
      following.value = undefined;
      told.x = Number.NaN;
    },
    frame(dtS, now, input) {
      // Whoever steers wants to look elsewhere.
      if (!isFree && following.peek() && (input.moveX !== 0 || input.moveZ !== 0)) camera.free();
      if (isFree) fly(dtS, now, input);
      else goAlong(now);
      rig.follow(spot.x, spot.y, spot.z, dtS);
    },
  };
  return camera;
}

/** Ids of the avatars that the room shows. */
function avatarsOf({ state }: JoinedRoom): string[] {
  const ids: string[] = [];
  state?.actors?.forEach((actor, id) => {
    if ((actor as Avatar).kind === "avatar") ids.push(id);
  });
  return ids;
}
