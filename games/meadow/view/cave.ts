import { AFTERNOON, defineView, type SceneryBrush, type SkyMood, type ViewContext } from "roomkeep/client";
import { heightAt, isWithin } from "roomkeep/shared";
import { PointLight } from "three";
import { CHAMBERS, caveLevel, TORCHES } from "../cave-level.ts";
import type { CaveState } from "../cave-state.ts";
import { TreasureFound } from "../events.ts";
import type { Hero } from "../state.ts";
import { foodOf, listenToControls, newRequest } from "./controls.ts";
import { drift } from "./lights.ts";
import { factsOf, showPanel } from "./panel.tsx";
import { meadowItems } from "./pictures.tsx";

/** A cave has no sky: light comes from torches, crystals and the own lantern. */
const DARK: SkyMood = {
  ...AFTERNOON,
  toLight: [0.2, 1, 0.1],
  light: "#7f8fd0",
  lightPower: 0.3,
  fillSky: "#525a8c",
  fillGround: "#3a2f3c",
  fillPower: 0.8,
  high: "#07060d",
  middle: "#07060d",
  low: "#0b0a16",
  halo: "#000000",
  disc: "#07060d",
  clouds: "#07060d",
  fog: [7, 30],
};

/** The view of the cave: rock, crystals and torches in the dark, a chest at the end. */
export const caveView = defineView<CaveState>({
  title: "Cave",
  level: caveLevel,
  items: meadowItems,
  decorate,
  mount(context) {
    context.stage.sky.setMood(DARK);
    tellNews(context);
    const stops = [showLights(context), showHands(context)];
    return () => {
      for (const stop of stops) stop();
    };
  },
});

/** The own lantern, the nearest torch, and motes of dust. */
function showLights({ stage, settings, me, onFrame }: ViewContext<CaveState>): () => void {
  const lantern = new PointLight("#ffd9a0", 9, 13, 1.5);
  const torch = new PointLight("#ff9440", 26, 16, 1.5);
  const dust = drift(50, 20, 3, "#9fd8ff", 12);
  stage.scene.add(lantern, torch, dust.object);
  onFrame((_dtS, now) => {
    const at = me();
    if (!at) return;
    const time = settings.reducedMotion.value ? 0 : now / 1000;
    dust.update(time, 0.8);
    lantern.position.set(at.x, at.y + 1.9, at.z);
    let least = Number.POSITIVE_INFINITY;
    for (const [x, z] of TORCHES) {
      const away = Math.hypot(x - at.x, z - at.z);
      if (!(away < least)) continue;
      least = away;
      torch.position.set(x, floorAt(x, z) + 2.2, z);
    }
    torch.intensity =
      26 *
      (1 + Math.sin(time * 11) * 0.07 + Math.sin(time * 27) * 0.05) *
      Math.min(1, Math.max(0, (18 - least) / 6));
  });
  return () => {
    for (const light of [lantern, torch]) {
      light.removeFromParent();
      light.dispose();
    }
    dust.dispose();
  };
}

const floorAt = (x: number, z: number) => (caveLevel.terrain ? heightAt(caveLevel.terrain, x, z) : 0);

function showHands(context: ViewContext<CaveState>): () => void {
  const { room, stage, me } = context;
  const [treasure] = caveLevel.triggers;
  const hero = () => room.state.actors?.get(room.sessionId) as Hero | undefined;
  const isNearChest = () => {
    const at = me();
    return Boolean(at && treasure && !room.state.opened && isWithin(treasure, at));
  };
  const actions = {
    pick: () => {
      if (isNearChest()) room.send("open", {});
    },
    eat: () => {
      const id = foodOf(hero());
      if (id !== undefined) room.send("item.use", { id, request: newRequest() });
    },
  };
  const stops = [
    listenToControls(stage.canvas, actions),
    showPanel(
      context,
      () => ({ ...factsOf(hero()), minute: -1, pickLabel: isNearChest() ? "Open chest" : "" }),
      actions,
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function tellNews({ onEvent, tell, notice }: ViewContext<CaveState>): void {
  onEvent(TreasureFound, ({ payload: { finder, arrows, herbs, xp } }) => {
    notice(`${finder} opened the chest. Each of you gets a share.`);
    for (const line of [`+${arrows} arrows`, `+${herbs} herbs`, `+${xp} xp`]) tell(line);
  });
}

/** Paints trodden earth, and warm rings around the torches. */
function decorate({ ground }: SceneryBrush): void {
  for (let x = -26; x <= 26; x += 6) for (let z = -26; z <= 26; z += 6) ground.patch(x, z, 9, "#6d6472");
  for (const [x, z, radius] of CHAMBERS) ground.patch(x, z, radius, "#7f7580");
  for (const [x, z] of TORCHES) ground.patch(x, z, 2.6, "#a07a58");
}
