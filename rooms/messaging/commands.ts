import { type Actor, CLOSE, Prop, refuse } from "../../shared/index.ts";
import { announcement } from "../../shared/internal.ts";
import { restingPlace } from "../items/resting-place.ts";
import { nameOf, type Player, type RoomPlayer, standAt } from "../player.ts";
import type { Simulation } from "../simulation/simulation.ts";
import type { TickProfile } from "../simulation/tick-clock.ts";
import type { Viewer } from "../viewers/viewer.ts";
import { type Command, defineCommand, ROLES, type Spawnable } from "./console.ts";

/** The part of a room that the commands of every room use. */
export interface AttendedRoom {
  readonly players: ReadonlyMap<string, RoomPlayer>;
  readonly viewers: ReadonlyMap<string, Viewer>;
  /** Sends a line to everybody on the server. */
  announce(text: string): void;
  /** Mutes an account in every room, or lifts its mutes. A re-run does neither. @param by who gives it */
  muteAccount(
    accountId: string,
    by: string,
    until: { readonly minutes: number; readonly reason: string },
  ): void;
  unmuteAccount(accountId: string, by: string): void;
}

/** The part of a room with a world that its commands use. */
export interface CommandedRoom extends AttendedRoom {
  readonly simulation: Simulation;
  readonly players: ReadonlyMap<string, Player>;
  readonly spawnable: Spawnable;
  tickProfile(): TickProfile;
}

/** Most actors that one command spawns. */
const SPAWN_MAX = 50;

/** What every room can spawn. */
export const LOOSE_THINGS: Spawnable = {
  crate: () => new Prop({ kind: "crate", size: 0.5 }),
  ball: () => new Prop({ kind: "ball", size: 0.4 }),
};

const spawn = defineCommand<CommandedRoom>({
  name: "spawn",
  help: "Spawns something in front of you.",
  args: [
    { name: "kind", kind: "text", choices: (room) => Object.keys(room.spawnable) },
    { name: "count", kind: "whole", min: 1, max: SPAWN_MAX, optional: true },
  ],
  run(room, { id }, [kind, count = 1]) {
    const make = room.spawnable[String(kind)];
    if (!make) return refuse("COMMAND_INVALID");
    const at = room.players.get(id)?.avatar;
    const { x = 0, y = 0, z = 0, yaw = 0 } = at ?? {};
    const { world, ground } = room.simulation;
    for (let i = 0; i < Number(count); i++) {
      // In rows of five, so that loose things do not begin within each other.
      const [ahead, aside] = [2 + Math.floor(i / 5) * 1.2, ((i % 5) - 2) * 1.2];
      // Not in a wall, and not outside: above where one could stand.
      const free = restingPlace(ground, {
        x: x + Math.sin(yaw) * ahead + Math.cos(yaw) * aside,
        y,
        z: z + Math.cos(yaw) * ahead - Math.sin(yaw) * aside,
      });
      world.spawn(Object.assign(make(), { ...free, y: free.y + 0.6 }));
    }
    return `${count} × ${kind}`;
  },
});

const despawn = defineCommand<CommandedRoom>({
  name: "despawn",
  help: "Removes an actor from the world.",
  args: [{ name: "id", kind: "text", choices: (room) => idsOfThings(room) }],
  run: (room, _caller, [id]) =>
    room.simulation.world.despawn(String(id)) ? `${id} is gone.` : refuse("ACTOR_UNKNOWN"),
});

const tp = defineCommand<CommandedRoom>({
  name: "tp",
  help: "Moves you, or another player, to a place.",
  role: "moderator",
  args: [
    { name: "x", kind: "number" },
    { name: "z", kind: "number" },
    { name: "player", kind: "player", optional: true },
  ],
  run(room, { id }, [x, z, sessionId = id]) {
    const player = room.players.get(String(sessionId));
    if (!player) return refuse("COMMAND_INVALID", "There is no such player to move.");
    const { min, max } = room.simulation.level.bounds;
    const [toX, toZ] = [Number(x), Number(z)];
    if (!(toX >= min[0] && toX <= max[0] && toZ >= min[1] && toZ <= max[1])) {
      return refuse(
        "COMMAND_INVALID",
        `The place is outside of the level: x ${min[0]} to ${max[0]}, z ${min[1]} to ${max[1]}.`,
      );
    }
    const y = room.simulation.ground.height(toX, toZ);
    standAt(player.avatar, { x: toX, y, z: toZ, yaw: player.avatar.yaw });
    return `${player.avatar.name} is at ${toX}, ${toZ}.`;
  },
});

const kick = defineCommand<AttendedRoom>({
  name: "kick",
  help: "Removes a player or a viewer from the room, who may join again.",
  role: "moderator",
  args: [{ name: "player", kind: "anyone" }],
  run(room, { id }, [sessionId]) {
    const one = room.players.get(String(sessionId)) ?? room.viewers.get(String(sessionId));
    if (!one || one.sessionId === id) return refuse("COMMAND_INVALID", "Not yourself.");
    one.client.leave(CLOSE.KICKED, "kicked");
    // Who dropped has no connection to close: the seat is given up.
    one.hold?.reject(new Error("kicked"));
    return `${"claim" in one ? nameOf(one) : one.name} was removed from the room.`;
  },
});

/** Longest mute that a command gives, minutes: a year. The desk gives longer ones. */
const MUTE_MAX = 366 * 24 * 60;

const mute = defineCommand<AttendedRoom>({
  name: "mute",
  help: "Mutes a player in every room, for some minutes.",
  role: "moderator",
  args: [
    { name: "player", kind: "player" },
    { name: "minutes", kind: "whole", min: 1, max: MUTE_MAX },
    { name: "reason", kind: "line", optional: true },
  ],
  run(room, { id, role }, [sessionId, minutes, reason = ""]) {
    const player = room.players.get(String(sessionId));
    if (!player || player.sessionId === id) return refuse("COMMAND_INVALID", "Not yourself.");
    if (ROLES.indexOf(player.role) >= ROLES.indexOf(role) && role !== "admin") return refuse("ROLE_NEEDED");
    room.muteAccount(player.claim.sheet.accountId, id, { minutes: Number(minutes), reason: String(reason) });
    return `${nameOf(player)} is muted for ${minutes} min, in every room.`;
  },
});

const unmute = defineCommand<AttendedRoom>({
  name: "unmute",
  help: "Lifts all mutes of a player.",
  role: "moderator",
  args: [{ name: "player", kind: "player" }],
  run(room, { id }, [sessionId]) {
    const player = room.players.get(String(sessionId));
    if (!player || player.sessionId === id) return refuse("COMMAND_INVALID", "Not yourself.");
    room.unmuteAccount(player.claim.sheet.accountId, id);
    return `${nameOf(player)} may write again.`;
  },
});

const announce = defineCommand<AttendedRoom>({
  name: "announce",
  help: "Sends a line to everybody on the server, in every room.",
  args: [{ name: "text", kind: "line" }],
  run(room, _caller, [text]) {
    const line = announcement.safeParse(String(text));
    if (!line.success) return refuse("COMMAND_INVALID", "The text is too long or cannot be shown.");
    room.announce(line.data);
    return "The line was sent to everybody.";
  },
});

const tick = defineCommand<CommandedRoom>({
  name: "tick",
  help: "How the room's ticks go.",
  role: "moderator",
  looks: true,
  run(room) {
    const { tickHz, tick: number, world } = room.simulation;
    const { ticks, late, meanMs, worstMs } = room.tickProfile();
    const phases = Object.entries(meanMs).map(([phase, ms]) => `${phase} ${ms.toFixed(2)}`);
    return [
      `tick ${number}, ${+tickHz.toFixed(3)} a second, ${world.size} actors`,
      `${ticks} since it opened, ${late} late, worst ${worstMs.toFixed(1)} ms; mean ms: ${phases.join(", ")}`,
    ].join("\n");
  },
});

const profile = defineCommand<CommandedRoom>({
  name: "profile",
  help: "What each system costs.",
  role: "moderator",
  looks: true,
  run(room) {
    const lines = room.simulation.systems.profile().map(({ name, runs, faults, totalMs, maxMs, off }) => {
      const mean = runs > 0 ? totalMs / runs : 0;
      const trouble = faults > 0 ? `, ${faults} faults` : "";
      return `${name}: ${mean.toFixed(3)} ms, worst ${maxMs.toFixed(2)}, ${runs} runs${trouble}${off ? ", OFF" : ""}`;
    });
    return lines.join("\n") || "This room has no systems.";
  },
});

/** The commands of every room, beside /help. */
export const ROOM_COMMANDS: readonly Command<AttendedRoom>[] = [kick, mute, unmute, announce];

/** The commands of a room with a world, beside /help. */
export const COMMON_COMMANDS: readonly Command<CommandedRoom>[] = [
  spawn,
  despawn,
  tp,
  kick,
  mute,
  unmute,
  announce,
  tick,
  profile,
];

function* idsOfThings({ simulation, players }: CommandedRoom): Iterable<string> {
  for (const actor of simulation.world.query() as Iterable<Actor>) {
    const id = simulation.world.idOf(actor);
    if (id !== undefined && !players.has(id)) yield id;
  }
}
