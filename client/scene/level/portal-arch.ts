import { CircleGeometry, DodecahedronGeometry, DoubleSide, Mesh, ShaderMaterial, TorusGeometry } from "three";
import type { Portal } from "../../../shared/index.ts";
import type { Batch } from "./batch.ts";
import type { Animated } from "./water.ts";

const stone = new DodecahedronGeometry(0.34, 0);
/** Radius of the opening, metres. */
const OPEN_M = 1.35;

const vertexShader = `varying vec2 spot;
void main() { spot = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`;

const fragmentShader = `
uniform float time;
varying vec2 spot;
void main() {
  float r = length(spot) / ${OPEN_M.toFixed(2)};
  float turn = atan(spot.y, spot.x);
  float swirl = 0.5 + 0.5 * sin(turn * 3.0 + r * 7.0 - time * 1.6) * sin(turn * 2.0 - r * 5.0 + time * 0.9);
  vec3 color = mix(vec3(0.16, 0.35, 0.85), vec3(0.55, 0.95, 1.0), swirl);
  color += vec3(0.8, 0.7, 1.0) * smoothstep(0.75, 1.0, r) * 0.5;
  gl_FragColor = vec4(color, (0.72 + 0.2 * swirl) * smoothstep(1.02, 0.94, r));
  #include <colorspace_fragment>
}`;

/** A portal: a ring of stones with a rotating light in it. */
export function buildPortal({ at, yaw }: Portal, lit: Batch, glow: Batch): Animated {
  const [x, y, z] = at;
  const middle = y + OPEN_M + 0.25;
  const place = (side: number, up: number) =>
    [x + Math.cos(yaw) * side, up, z - Math.sin(yaw) * side] as const;
  for (let i = 0; i < 15; i++) {
    const angle = (i / 15) * Math.PI * 2;
    const out = OPEN_M + 0.16;
    const where = place(Math.sin(angle) * out, middle + Math.cos(angle) * out);
    lit.add(stone, i % 3 ? "#a9a2b8" : "#8f88a6", {
      at: where,
      scale: [1, 0.85 + (i % 4) * 0.1, 1.15],
      yaw: yaw + i,
      pitch: i * 1.7,
      jitter: 0.1,
    });
  }
  glow.add(new TorusGeometry(OPEN_M - 0.05, 0.05, 5, 30), "#bfefff", { at: [x, middle, z], yaw, jitter: 0 });
  const material = new ShaderMaterial({
    uniforms: { time: { value: 0 } },
    vertexShader,
    fragmentShader,
    transparent: true,
    depthWrite: false,
    side: DoubleSide,
  });
  const object = new Mesh(new CircleGeometry(OPEN_M, 32), material);
  object.position.set(x, middle, z);
  object.rotation.y = yaw;
  return {
    object,
    update(timeS) {
      const { time } = material.uniforms;
      if (time) time.value = timeS;
    },
  };
}
