import { createHash } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { defineLobby, type TickTiming } from "roomkeep/rooms";
import { BUTTON, type WalkInput } from "roomkeep/shared";
import type { TestPlayer, TestServer } from "roomkeep/testing";
import { TagRoom } from "../../games/tag/room.ts";
import { tagSettings } from "../../games/tag/settings.ts";
import type { TagAvatar, TagState } from "../../games/tag/state.ts";

/** Tag with short rounds, which a test can wait for. */
export class ShortTagRoom extends TagRoom {
  override countdownS = 0.3;
  override roundS = 3;
  override graceS = 0.5;
  override seed = 7;
}

/** Tag with a round that does not end during a test. */
export class LongTagRoom extends TagRoom {
  override countdownS = 0.3;
  override readonly lobby = defineLobby({
    settings: tagSettings,
    playersMin: 2,
    lead: { patienceS: 0.5, awayS: 20 },
  });
  override seed = 7;
}

/** The room's state as a player has it. */
export const seen = (player: TestPlayer) => player.room.state as TagState;
/** Another player's avatar as a player has it. */
export const avatarOf = (player: TestPlayer, of = player) =>
  seen(player).actors.get(of.room.sessionId) as TagAvatar;

/** Waits until a player's state has a phase. */
export const untilPhase = (player: TestPlayer, phase: string) =>
  player.until(`the phase "${phase}"`, () => seen(player).phase === phase);

/** Waits for so many ticks of a room; patches do not count them, for a tick without a change sends none. */
export function ticks(roomId: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const onTick = (timing: unknown) => {
      if ((timing as TickTiming).roomId !== roomId || --left > 0) return;
      unsubscribe("roomkeep:tick", onTick);
      resolve();
    };
    subscribe("roomkeep:tick", onTick);
  });
}

/** Opens a room of a game with so many players, who all see each other. */
export async function party(world: TestServer, game: string, count: number): Promise<TestPlayer[]> {
  const first = await world.join(game, { name: "Player 1", create: true });
  const players = [first];
  for (let i = 2; i <= count; i++) {
    players.push(await world.join(game, { name: `Player ${i}`, code: first.room.roomId }));
  }
  const all = () => players.every((player) => players.every((other) => avatarOf(player, other)));
  for (const player of players) await player.until("everybody", all);
  return players;
}

/** The player who is *it*, and the others. */
export function rolesOf(players: readonly TestPlayer[]): { hunter: TestPlayer; others: TestPlayer[] } {
  const [first] = players as [TestPlayer];
  const hunter = players.find((player) => player.room.sessionId === seen(first).it) ?? first;
  return { hunter, others: players.filter((player) => player !== hunter) };
}

/** A hash of a room's state but for the running clock and loose bodies. */
export function hashOf(room: TagRoom): string {
  const { actors, ...rest } = room.state.toJSON() as { actors: Record<string, { kind: string }> };
  const avatars = Object.entries(actors).filter(([, { kind }]) => kind === "avatar");
  return createHash("sha256")
    .update(JSON.stringify({ ...rest, secondsLeft: 0, avatars }))
    .digest("hex");
}

/** Runs after a player until the condition holds; see {@link runTo}. */
export const chase = (hunter: TestPlayer, prey: TestPlayer, until: () => boolean, most?: number) =>
  runTo(hunter, () => avatarOf(hunter, prey), until, most);

/** Runs to a place, one input frame a tick, until the condition holds or so many ticks have passed. */
export async function runTo(
  runner: TestPlayer,
  place: () => { x: number; z: number },
  until: () => boolean,
  most = 120,
): Promise<void> {
  const input = runner.room.input() as ReturnType<typeof runner.room.input> & { data: WalkInput };
  for (let i = 0; i < most && !until(); i++) {
    const from = avatarOf(runner);
    const to = place();
    const far = Math.hypot(to.x - from.x, to.z - from.z) || 1;
    Object.assign(input.data, {
      moveX: Math.round(((to.x - from.x) / far) * 127),
      moveZ: Math.round(((to.z - from.z) / far) * 127),
      buttons: BUTTON.run,
    });
    input.send();
    await ticks(runner.room.roomId, 1);
  }
  Object.assign(input.data, { moveX: 0, moveZ: 0, buttons: 0 });
  input.send();
}
