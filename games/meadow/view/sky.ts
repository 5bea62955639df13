import type { SkyMood, ViewContext } from "roomkeep/client";
import { Color } from "three";
import { DAY_MINUTES } from "../clock.ts";
import type { MeadowState } from "../state.ts";

type Look = Omit<SkyMood, "toLight" | "lightPower" | "stars">;

const NOON: Look = {
  light: "#ffe9c2",
  fillSky: "#dcefff",
  fillGround: "#d8d3a2",
  fillPower: 1.75,
  high: "#3f97e0",
  middle: "#8fcdf2",
  low: "#f6ecd6",
  halo: "#ffc98a",
  disc: "#fff7e0",
  clouds: "#ffffff",
  fog: [60, 240],
};
const LOW_SUN: Look = {
  light: "#ff9d5c",
  fillSky: "#f3cfc8",
  fillGround: "#b58a74",
  fillPower: 1.45,
  high: "#5878bd",
  middle: "#eeae93",
  low: "#ffb988",
  halo: "#ff8f4f",
  disc: "#ffe3b0",
  clouds: "#ffc8ac",
  fog: [45, 210],
};
const NIGHT: Look = {
  light: "#a9bdff",
  fillSky: "#5a6fb8",
  fillGround: "#2d3958",
  fillPower: 1.5,
  high: "#0a1230",
  middle: "#1b2a58",
  low: "#35467a",
  halo: "#5f74bd",
  disc: "#f6f2e2",
  clouds: "#33406b",
  fog: [40, 200],
};

const DAWN_H = 6;
const DUSK_H = 20;

/** Light and colours of the meadow's sky at a time of day. */
export function moodAt(minute: number): SkyMood {
  const hour = (minute / DAY_MINUTES) * 24;
  const isDay = hour >= DAWN_H && hour < DUSK_H;
  const share = isDay ? (hour - DAWN_H) / (DUSK_H - DAWN_H) : ((hour - DUSK_H + 24) % 24) / 10;
  const angle = share * Math.PI;
  const height = Math.sin(angle);
  // The light itself fades where sun and moon change places, so that shadows do not jump.
  const strength = Math.min(1, height * 4);
  const look = isDay ? blend(LOW_SUN, NOON, ease(height / 0.55)) : blend(LOW_SUN, NIGHT, ease(height / 0.3));
  return {
    ...look,
    toLight: [Math.cos(angle) * 0.85, 0.16 + height * 0.8, isDay ? 0.5 : -0.45],
    lightPower: (isDay ? 2.7 : 1.15) * strength,
    stars: isDay ? 0 : ease(height / 0.4),
  };
}

/** How dark it is, 0 by day to 1 at night: fireflies come out, fires light the ground. */
export function darknessAt(minute: number): number {
  const hour = (minute / DAY_MINUTES) * 24;
  return Math.min(1, Math.max(0, hour > 12 ? (hour - 19.2) / 1.6 : (6.6 - hour) / 1.2));
}

const ease = (value: number) => {
  const t = Math.min(1, Math.max(0, value));
  return t * t * (3 - 2 * t);
};

function blend(from: Look, to: Look, share: number): Look {
  const color = (a: string, b: string) => `#${new Color(a).lerp(new Color(b), share).getHexString()}`;
  const number = (a: number, b: number) => a + (b - a) * share;
  return {
    light: color(from.light, to.light),
    fillSky: color(from.fillSky, to.fillSky),
    fillGround: color(from.fillGround, to.fillGround),
    fillPower: number(from.fillPower, to.fillPower),
    high: color(from.high, to.high),
    middle: color(from.middle, to.middle),
    low: color(from.low, to.low),
    halo: color(from.halo, to.halo),
    disc: color(from.disc, to.disc),
    clouds: color(from.clouds, to.clouds),
    fog: [number(from.fog[0], to.fog[0]), number(from.fog[1], to.fog[1])],
  };
}

/** Keeps the sky in step with the room's clock. */
export function followDay({ room, stage, onFrame }: ViewContext<MeadowState>): void {
  let shown = -1;
  onFrame(() => {
    const minute = room.state.minute ?? 0;
    if (minute === shown) return;
    shown = minute;
    stage.sky.setMood(moodAt(minute));
  });
}
