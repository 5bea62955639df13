import { effect } from "@preact/signals";
import type { Level } from "../../shared/index.ts";
import type { Account } from "../account/account.ts";
import type { Settings } from "../settings.ts";
import { makeBody } from "./avatar-body.ts";
import { setInMotion } from "./avatar-motion.ts";
import type { Stage } from "./stage.ts";

/**
 * The character beside the join form: it stands at the level's spawn and has the chosen appearance.
 * @returns removes it
 */
export function showPreview(
  stage: Stage,
  level: Level,
  { characterList: { appearance } }: Account,
  settings: Settings,
): () => void {
  const spawn = level.spawns[0] ?? { at: [0, 0, 0] as const, yaw: 0 };
  let body = makeBody(appearance.value.shape);
  let motion = setInMotion(body, 0);
  let wave = 2.4;
  let last = "";
  const stopWatching = effect(() => {
    const { shape, color } = appearance.value;
    if (last !== String(shape)) {
      body.root.removeFromParent();
      body = makeBody(shape);
      motion = setInMotion(body, 0);
      stage.scene.add(body.root);
      last = String(shape);
    }
    body.dress(color, false);
    wave = Math.max(wave, 1);
  });
  let time = 0;
  const stop = stage.onFrame((dtS) => {
    time += dtS;
    wave -= dtS;
    if (wave < -7) wave = 2.2;
    const calm = settings.reducedMotion.value;
    const sway = calm ? 0 : Math.sin(time * 0.25) * 0.1;
    const yaw = spawn.yaw + sway;
    const [x, y, z] = spawn.at;
    const tall = stage.camera.aspect < 1;
    const back = tall ? 5.9 : 4.1;
    // The join form covers the left of a wide screen and the bottom of a tall one.
    const aside = tall ? 0 : 0.95;
    const down = tall ? 1.62 : 0;
    stage.camera.position.set(x - Math.sin(yaw) * back, y + 1.7, z - Math.cos(yaw) * back);
    stage.camera.lookAt(x + Math.cos(yaw) * aside, y + 1.15 - down, z - Math.sin(yaw) * aside);
    stage.sky.update(x, y, z, dtS);
    body.root.position.set(x, y, z);
    body.root.rotation.y = spawn.yaw + Math.PI + (tall ? 0 : -0.25);
    motion.animate({
      speed: 0,
      rise: 0,
      grounded: true,
      emote: wave > 0 ? 1 : 0,
      away: false,
      dtS,
      timeS: time,
      calm,
    });
  });
  return () => {
    stop();
    stopWatching();
    body.root.removeFromParent();
  };
}
