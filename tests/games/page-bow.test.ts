import type { ViewContext } from "roomkeep/client";
import type { Player } from "roomkeep/rooms";
import { Actor, countInBag, layGround } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { PerspectiveCamera, Scene, Vector3 } from "three";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enterRoom, signIn } from "../../bots/index.ts";
import { predictEffects } from "../../client/network/optimistic-effects.ts";
import { predictRoom } from "../../client/network/predict.ts";
import { listenToEvents } from "../../client/network/room-events.ts";
import { Loosed } from "../../games/meadow/events.ts";
import { meadowLevel } from "../../games/meadow/level.ts";
import { FIRST_ARROWS } from "../../games/meadow/pack.ts";
import { MeadowRoom } from "../../games/meadow/room.ts";
import { Deer, type Hero, type MeadowState } from "../../games/meadow/state.ts";
import { meadowStep } from "../../games/meadow/step.ts";
import { meadowSystems } from "../../games/meadow/systems.ts";
import { openBow } from "../../games/meadow/view/bow.ts";
import { games } from "../../server/main.ts";
import { openProxy } from "../helpers/cuttable-proxy.ts";
import { takeClock } from "../rooms/simulation/moved-clock.ts";

/** A lane of the meadow without trees: the deer runs to and fro along x, the archer stands 12 m off. */
const LANE = { x: -41, z: -60, halfM: 9 };
const ARCHER = { x: -41, z: -48 };
const SPEED_MPS = 5;
/** A picture of the page. */
const FRAME_MS = 1000 / 60;

/** Arrows of an archer here. */
const ARROWS = FIRST_ARROWS + 100;
/** More than a deer is thick, metres: so far it runs on from where it was drawn until its shot is judged. */
const FLANK_M = 1.2;

/** A shot as the room judged it: whom it hit, and where the deer was by then. */
interface Judged {
  readonly hit: string;
  readonly x: number;
}

/** The meadow with one deer that runs and does not fall, and of which there may be several. */
class LaneMeadow extends MeadowRoom {
  override persistent = false;
  override systems = meadowSystems.filter(({ name }) => name !== "growth");
  readonly deer = new Deer({ x: LANE.x, z: LANE.z, yaw: Math.PI / 2 });
  readonly judged: Judged[] = [];
  private at: number = LANE.x;
  private toward = 1;

  protected override onBegin(): void {
    this.world.spawn(this.deer, "runner");
    this.events.on(Loosed, ({ payload: { hit } }) => void this.judged.push({ hit, x: this.deer.x }));
  }
  protected override onEnter(player: Player<Hero>): void {
    super.onEnter(player);
    void this.ports.items.grant(player.claim, "quiver", "arrow", ARROWS - FIRST_ARROWS, "test");
  }
  protected override onTick(): void {
    super.onTick();
    // Whatever it would rather do: it flees from archers, and from arrows.
    if (Math.abs(this.at - LANE.x) > LANE.halfM) this.toward = -Math.sign(this.at - LANE.x);
    this.at += (this.toward * SPEED_MPS) / this.tickHz;
    const place = { x: this.at, y: this.ground.height(this.at, LANE.z), z: LANE.z };
    const yaw = (this.toward * Math.PI) / 2;
    Object.assign(this.deer, { ...place, yaw, speed: SPEED_MPS, hp: 200, thinkAtTick: 1e9 });
  }
}
class LiveMeadow extends LaneMeadow {
  override rewindMs = 0;
}

const time = takeClock();
let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ ...games, meadow: LaneMeadow, live: LiveMeadow });
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/**
 * The page's own prediction and bow, 200 ms from the server, and an archer who clicks at the deer where it is
 * drawn.
 */
async function openArcher(game: string) {
  const proxy = await openProxy(world.server.port, 100);
  const url = `http://127.0.0.1:${proxy.port}`;
  const { token } = await signIn(url, { name: "Archer" });
  const room = await enterRoom(url, game, token, { create: true });
  room.reconnection.enabled = false;
  const server = world.room<LaneMeadow>(room.roomId);
  const ground = layGround(meadowLevel);
  const y = ground.height(ARCHER.x, ARCHER.z);
  Object.assign(server.players.get(room.sessionId)!.avatar, { ...ARCHER, y });

  const prediction = predictRoom(room, ground, meadowStep);
  const scene = new Scene();
  const camera = new PerspectiveCamera(52, 1.6, 0.1, 700);
  const frames: ((dtS: number, now: number) => void)[] = [];
  const pose = (id: string) => {
    const actor = room.state?.actors?.get(id);
    return actor && prediction.pose(id, actor, { x: 0, y: 0, z: 0, yaw: 0 });
  };
  const drawn = () =>
    [...room.state.actors].map(([id, { kind }]) => ({ id, kind, name: "", ...(pose(id) ?? new Actor()) }));
  /** Where the deer was drawn when each shot was aimed that the room agreed to. */
  const aimed: number[] = [];
  const predict = predictEffects(room);
  const bow = openBow({
    room,
    stage: { scene, camera },
    actors: { list: drawn },
    me: () => pose(room.sessionId),
    onFrame: (frame: (typeof frames)[number]) => void frames.push(frame),
    onEvent: listenToEvents(room).onEvent,
    predict: async (...shot: Parameters<typeof predict>) => {
      const x = pose("runner")?.x ?? Number.NaN;
      const agreed = await predict(...shot);
      if (agreed) aimed.push(x);
      return agreed;
    },
    debugRay: () => {},
  } as unknown as ViewContext<MeadowState>);

  const timer = setInterval(() => {
    if (!room.state?.actors?.has("runner")) return;
    const now = performance.now();
    prediction.frame(now, () => ({ moveX: 0, moveZ: 0, buttons: 0 }));
    for (const each of frames) each(1 / 60, now);
  }, FRAME_MS);
  time.hold(room, server, proxy);
  return {
    server,
    /** Where the deer was drawn for each shot that was judged, and where it was then. */
    ran: () => aimed.map((x, shot) => Math.abs((server.judged[shot]?.x ?? Number.NaN) - x)),
    /** Arrows in the air and in the ground. */
    arrows: () => scene.children.length,
    quiver: () => bow.arrows(),
    /** Arrows in the bag, as the room says. */
    held: () => countInBag(room.state.actors.get(room.sessionId) as Hero, "arrow"),
    /** Clicks at the deer where it is drawn; not before it is, and not while it turns. */
    click() {
      const [me, deer] = [pose(room.sessionId), pose("runner")];
      if (!me || !deer || Math.abs(me.z - ARCHER.z) > 1 || Math.abs(deer.x - LANE.x) > LANE.halfM - 3) return;
      camera.position.set(me.x, me.y + 3, me.z + 6);
      camera.lookAt(me.x, me.y + 1.35, me.z);
      camera.updateMatrixWorld();
      const at = new Vector3(deer.x, deer.y + 0.8, deer.z).project(camera);
      bow.shoot(at.x, at.y);
    },
    async close() {
      time.letGo();
      clearInterval(timer);
      bow.dispose();
      prediction.dispose();
      room.connection.close();
      await proxy.close();
    },
  };
}

/** Moves the time on, a frame at a time, for so long at most. */
const until = async (condition: () => boolean, each = () => {}, ms = 30_000) => {
  for (let passed = 0; !condition(); passed += FRAME_MS) {
    if (passed > ms) throw new Error(`waited ${ms} ms for ${condition}`);
    each();
    await time.pass(FRAME_MS);
  }
};

/** What each of so many shots hit. */
async function hunt(game: string, shots: number): Promise<string[]> {
  const archer = await openArcher(game);
  const { judged } = archer.server;
  // Until the clocks agree.
  await time.pass(2_500);
  await until(() => judged.length >= shots, archer.click);
  await until(() => archer.ran().length >= shots);
  expect(Math.min(...archer.ran())).toBeGreaterThan(FLANK_M);
  await archer.close();
  return judged.slice(0, shots).map(({ hit }) => hit);
}

it("the bow hits a deer that crosses at 5 m/s for an archer 200 ms away, and not with rewind switched off", async () => {
  expect(await hunt("meadow", 8)).toEqual(Array(8).fill("runner"));
  expect(await hunt("live", 8)).toEqual(Array(8).fill(""));
});

it("the arrow flies at once; it is taken back when the room refuses the shot, and stays when it agrees", async () => {
  const archer = await openArcher("meadow");
  const { server } = archer;
  const [player] = server.players.values();
  await until(() => archer.quiver() === ARROWS);
  player!.avatar.drawnAtTick = 2 ** 31;
  await until(() => archer.arrows() > 0, archer.click);
  expect(server.judged).toEqual([]);
  // By the refusal: an arrow of which nothing is heard flies for five seconds.
  await until(() => archer.arrows() === 0, undefined, 3_500);
  player!.avatar.drawnAtTick = 0;
  await until(() => archer.arrows() > 0, archer.click);
  await until(() => server.judged.length === 1);
  expect(archer.quiver()).toBe(ARROWS - 1);
  // When the arrow is booked and the news of the hit has come, it is the same arrow still, and the only one.
  await until(() => archer.held() === ARROWS - 1 && archer.quiver() === archer.held());
  expect(archer.arrows()).toBe(1);
  await archer.close();
});
