import { type ActorView, defineView, type SceneryBrush, type ViewContext } from "roomkeep/client";
import { seeded } from "roomkeep/shared";
import { Object3D } from "three";
import { habitsOf, levelOf } from "./creatures.ts";
import { Gored, Picked, Slain } from "./events.ts";
import { landAt, POND, WATER_Y } from "./land.ts";
import { FIRE, isTaken, meadowLevel } from "./level.ts";
import { REACH_M } from "./rules.ts";
import { type Herb, type Hero, INTEREST, type MeadowState } from "./state.ts";
import { meadowStep } from "./step.ts";
import { showAnimal } from "./view/animals.ts";
import { type Bow, openBow } from "./view/bow.ts";
import { foodOf, listenToControls, newRequest } from "./view/controls.ts";
import { type Herbs, showHerbs } from "./view/herbs.ts";
import { drift, fillPond, lightFire } from "./view/lights.ts";
import { factsOf, showPanel } from "./view/panel.tsx";
import { meadowItems } from "./view/pictures.tsx";
import { darknessAt, followDay } from "./view/sky.ts";

export { caveView } from "./view/cave.ts";

/** The view of the meadow: hills and groves, pond and camp, animals, herbs that glow, day and night. */
export const meadowView = defineView<MeadowState>({
  title: "Meadow",
  level: meadowLevel,
  interest: INTEREST,
  sizeOf: habitsOf,
  step: (room) => (walker, input, ground, dt) => {
    // A dead hero does not move.
    const hero = room.state.actors?.get(room.sessionId) as Hero | undefined;
    if (!hero?.dead) meadowStep(walker, input, ground, dt);
    else if (walker.vx !== 0 || walker.vz !== 0) Object.assign(walker, { vx: 0, vy: 0, vz: 0 });
  },
  items: meadowItems,
  decorate,
  kinds: {
    deer: showAnimal,
    rabbit: showAnimal,
    boar: showAnimal,
    // All herbs are drawn together: see `showHerbs`.
    herb: (): ActorView => ({ root: new Object3D() }),
  },
  mount(context) {
    followDay(context);
    feedEvents(context);
    const bow = openBow(context);
    const herbs = showHerbs(context);
    const stops = [showLights(context), showControls(context, bow, herbs)];
    return () => {
      for (const stop of stops) stop();
      herbs.dispose();
      bow.dispose();
    };
  },
});

/** Fire, pond and fireflies. */
function showLights({ room, stage, settings, onFrame }: ViewContext<MeadowState>): () => void {
  const fire = lightFire(FIRE);
  const pond = fillPond(POND.x, WATER_Y, POND.z, POND.radius * 1.35);
  const flies = drift(90, 45, 2.6, "#d8ff7a", 26);
  stage.scene.add(fire.root, pond.mesh, flies.object);
  flies.object.position.set(0, 0.4, 0);
  onFrame((_dtS, now) => {
    const dark = darknessAt(room.state.minute ?? 0);
    fire.update(now / 1000, dark, settings.reducedMotion.value);
    pond.update(now / 1000, dark * 0.85);
    flies.update(now / 1000, dark);
  });
  return () => {
    fire.dispose();
    pond.dispose();
    flies.dispose();
  };
}

/** Panel, keys and clicks. */
function showControls(context: ViewContext<MeadowState>, bow: Bow, herbs: Herbs): () => void {
  const { room, stage, me, predict } = context;
  const hero = () => room.state.actors?.get(room.sessionId) as Hero | undefined;
  /** The nearest ripe herb within reach; the page offers drops and piles itself. */
  const ripeHerbInReach = (): { id: string; label: string } | undefined => {
    const at = me();
    let best: { id: string; label: string } | undefined;
    let least = REACH_M;
    room.state.actors?.forEach((actor, id) => {
      if (!at || actor.kind !== "herb" || !herbs.isRipe(actor as Herb, id)) return;
      const away = Math.hypot(actor.x - at.x, actor.y - at.y, actor.z - at.z);
      if (!(away < least)) return;
      least = away;
      best = { id, label: "Pick herb" };
    });
    return best;
  };
  const actions = {
    pick: () => {
      const herb = ripeHerbInReach();
      if (!herb) return;
      // The blossoms disappear at once; they come back if the room refuses.
      const message = { id: herb.id, request: newRequest() };
      void predict("pick", message, () => ({ undo: herbs.pick(herb.id) }));
    },
    eat: () => {
      const id = foodOf(hero());
      if (id !== undefined) room.send("item.use", { id, request: newRequest() });
    },
    shoot: (x?: number, y?: number) => bow.shoot(x, y),
  };
  const stops = [
    listenToControls(stage.canvas, actions),
    showPanel(
      context,
      () => ({
        ...factsOf(hero()),
        arrows: bow.arrows(),
        minute: room.state.minute ?? 0,
        pickLabel: ripeHerbInReach()?.label ?? "",
      }),
      { ...actions, shoot: () => bow.shoot() },
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Writes events of the own hero and of players nearby into the feed. */
function feedEvents({ room, onEvent, tell, notice }: ViewContext<MeadowState>): void {
  const nameOf = (id = "") => (room.state.actors?.get(id) as Hero | undefined)?.name ?? "A player";
  onEvent(Picked, ({ own, actor }) => tell(own ? "You picked a herb" : `${nameOf(actor)} picked a herb`));
  onEvent(Slain, ({ payload: { kind, xp, level }, actor = "" }) => {
    tell(`You killed a ${kind}: +${xp} experience. Take the items that it dropped.`);
    const total = (room.state.actors?.get(actor) as Hero | undefined)?.xp ?? 0;
    if (level > levelOf(total - xp)) notice(`You are level ${level} now.`);
  });
  onEvent(Gored, ({ payload: { kind, harm, died } }) => {
    tell(`The ${kind} hurts you: −${harm}`);
    if (died) notice(`The ${kind} killed you.`);
  });
}

function decorate(brush: SceneryBrush): void {
  const { ground } = brush;
  ground.patch(POND.x, POND.z, POND.radius * 1.75, "#d9c48e");
  ground.patch(POND.x, POND.z, POND.radius * 1.25, "#8f8f6a");
  ground.patch(0, 0, 7.5, "#c3a06c");
  ground.patch(0, 0, 2.4, "#7d6248");
  const random = seeded(77);
  for (const way of [
    [0, 0, -18, 20],
    [0, 0, POND.x - 15, POND.z + 7],
    [0, 0, -20, -16, -46, -38],
    [0, 0, 6, 24, 8, 48],
  ]) {
    trail(brush, way, random);
  }
  plant(brush, random);
}

/** A trodden path through several points. */
function trail({ ground }: SceneryBrush, way: readonly number[], random: () => number): void {
  for (let i = 0; i + 3 < way.length; i += 2) {
    const [ax = 0, az = 0, bx = 0, bz = 0] = way.slice(i, i + 4);
    const far = Math.hypot(bx - ax, bz - az);
    for (let along = 0; along < far; along += 1.1) {
      const u = along / far;
      const sway = Math.sin(along * 0.22) * 1.4;
      const x = ax + (bx - ax) * u + ((bz - az) / far) * sway;
      const z = az + (bz - az) * u - ((bx - ax) / far) * sway;
      ground.patch(x + (random() - 0.5) * 0.5, z + (random() - 0.5) * 0.5, 1.3 + random() * 0.5, "#c8a873");
    }
  }
}

/** Grass, flowers in drifts, bushes, and reeds at the pond. */
function plant(brush: SceneryBrush, random: () => number): void {
  const spread = (reach: number) => (random() - 0.5) * 2 * reach;
  const put = (kind: string, x: number, z: number, scale: number) => {
    if (!isTaken(x, z)) brush.decor(kind, [x, landAt(x, z), z], random() * 6, scale);
  };
  for (let i = 0; i < 1300; i++) {
    const reach = i % 2 ? 30 : 70;
    put("grass", spread(reach), spread(reach), 0.6 + random() * 0.8);
  }
  for (let i = 0; i < 44; i++) {
    const [x, z] = [spread(60), spread(60)];
    for (let j = 0; j < 5; j++) put("flower", x + spread(1.6), z + spread(1.6), 0.8 + random() * 0.8);
  }
  for (let i = 0; i < 46; i++) put(i % 4 ? "bush" : "rock", spread(70), spread(70), 0.8 + random() * 0.9);
  for (let i = 0; i < 80; i++) {
    const angle = random() * Math.PI * 2;
    const out = POND.radius * (1 + random() * 0.14);
    const [x, z] = [POND.x + Math.sin(angle) * out, POND.z + Math.cos(angle) * out];
    if (landAt(x, z) > WATER_Y - 0.4 && landAt(x, z) < WATER_Y + 0.5) {
      brush.decor("grass", [x, landAt(x, z), z], angle, 2 + random() * 1.4);
    }
  }
}
