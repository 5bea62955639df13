import { joinAs, type TestPlayer } from "roomkeep/testing";

/** The games that are played, by two honest players each. */
export const GAMES = ["plaza", "meadow"] as const;
export type Game = (typeof GAMES)[number];

/** Rates of the honest players of one room over a while. */
export interface Measure {
  /** Ticks whose patches arrived, a second, on average of the players. */
  readonly ticksHz: number;
  /** Own input frames that the server acknowledged, a second, on average. */
  readonly acknowledgedHz: number;
}
export type Measures = Readonly<Record<Game, Measure>>;

/** Four players who walk in small squares by true input frames until they are stopped. */
export interface Company {
  /** Counts each one's rates from now on; the result covers the time until it is called. */
  measure(): () => Measures;
  /** Input frames as their pages sent them last, by game. */
  readonly inputs: Readonly<Record<Game, readonly Uint8Array[]>>;
  /** Ids and names in their rooms. */
  known(): string[];
  readonly characterIds: readonly string[];
  /** Reasons why a player could not go on. */
  readonly troubles: readonly string[];
  /** Ends the connections without a leave. */
  stop(): void;
  /** True: all four joined again as the same characters, are in finite places and can walk. */
  comeBack(url: string): Promise<boolean>;
}

/** Input frames that are kept of each game. */
const INPUTS_KEPT = 64;
/** Patches that one side of a square takes: at 3.4 m/s well under two metres. */
const SIDE = 8;

interface Walker {
  readonly game: Game;
  readonly player: TestPlayer;
  ticks: number;
  /** Own input frames that the server has acknowledged; a return to the room begins its own count anew. */
  acknowledged: number;
  over: boolean;
}

/** @throws the error of a join */
export async function openCompany(url: string): Promise<Company> {
  const inputs: Record<Game, Uint8Array[]> = { plaza: [], meadow: [] };
  const troubles: string[] = [];
  const walkers: Walker[] = [];
  for (const game of [...GAMES, ...GAMES]) {
    const player = await joinAs(url, game, { name: `Honest ${walkers.length}`, follow: false });
    walkers.push(
      openWalker(game, player, inputs[game], (why) =>
        troubles.push(`${player.characterId} in ${game}: ${why}`),
      ),
    );
  }
  return {
    inputs,
    troubles,
    characterIds: walkers.map(({ player }) => player.characterId),
    measure: () => measure(walkers),
    known: () =>
      walkers.flatMap(({ player }) => [
        ...player.room.state.actors.keys(),
        player.characterId,
        player.me().name,
      ]),
    stop() {
      for (const walker of walkers) {
        walker.over = true;
        walker.player.stop();
      }
    },
    comeBack: (again) => allBack(again, walkers, troubles),
  };
}

function measure(walkers: readonly Walker[]): () => Measures {
  const startedAt = performance.now();
  const before = walkers.map(({ ticks, acknowledged }) => ({ ticks, acknowledged }));
  return () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    const of = (game: Game): Measure => {
      const mine = [...walkers.entries()].filter(([, walker]) => walker.game === game);
      const perSecond = (what: "ticks" | "acknowledged") =>
        mine.reduce((sum, [i, walker]) => sum + walker[what] - (before[i]?.[what] ?? 0), 0) /
        mine.length /
        seconds;
      return { ticksHz: perSecond("ticks"), acknowledgedHz: perSecond("acknowledged") };
    };
    return { plaza: of("plaza"), meadow: of("meadow") };
  };
}

function openWalker(
  game: Game,
  player: TestPlayer,
  inputs: Uint8Array[],
  trouble: (why: string) => void,
): Walker {
  const walker: Walker = { game, player, ticks: 0, acknowledged: 0, over: false };
  let lastAt = 0;
  let lastInput = 0;
  player.room.onStateChange(() => {
    const at = player.room.clock.lastServerTime();
    if (at !== lastAt) walker.ticks += 1;
    lastAt = at;
    const input = player.room.input().lastProcessed;
    walker.acknowledged += Math.max(0, input - lastInput);
    lastInput = input;
  });
  player.room.onLeave((code) => {
    if (!walker.over) trouble(`closed with ${code}`);
  });
  const { connection } = player.room;
  const send = connection.send.bind(connection);
  connection.send = (bytes) => {
    inputs.push(Uint8Array.from(bytes as Uint8Array));
    inputs.splice(0, inputs.length - INPUTS_KEPT);
    send(bytes);
  };
  walkOn(walker).catch((error: unknown) => {
    if (!walker.over) trouble(error instanceof Error ? error.message : String(error));
  });
  return walker;
}

async function walkOn(walker: Walker): Promise<void> {
  for (let side = 0; !walker.over; side++) {
    const along = side % 4 < 2 ? 100 : -100;
    await walker.player.walk(side % 2 ? { moveX: along } : { moveZ: along }, SIDE);
  }
}

async function allBack(url: string, walkers: readonly Walker[], troubles: string[]): Promise<boolean> {
  let back = 0;
  for (const { game, player } of walkers) {
    const { token, characterId } = player;
    try {
      const again = await joinAs(url, game, { token, characterId, follow: false });
      await again.walk({ moveX: 100 }, 4);
      const places = [...again.room.state.actors.values()].flatMap(({ x, y, z, yaw }) => [x, y, z, yaw]);
      if (places.every(Number.isFinite)) back += 1;
      else troubles.push(`${characterId} in ${game}: sees an actor in no place`);
      again.stop();
    } catch (error) {
      troubles.push(`${characterId} in ${game}: not back: ${error instanceof Error ? error.message : error}`);
    }
  }
  return back === walkers.length;
}
