import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  Color,
  Mesh,
  Points,
  ShaderMaterial,
} from "three";
import { seeded } from "../../../shared/index.ts";

/** An object that is animated by a clock, in seconds. */
export interface Animated {
  readonly object: Mesh | Points;
  update(timeS: number): void;
}

const waterFragment = `
uniform float time;
uniform vec3 deep, shallow;
varying vec2 spot;
void main() {
  float r = length(spot);
  float waves = sin(spot.x * 5.0 + time * 1.3) * sin(spot.y * 4.3 - time * 1.1)
    + 0.6 * sin(r * 9.0 - time * 4.0) * exp(-r * 0.25);
  vec3 color = mix(deep, shallow, 0.5 + 0.28 * waves);
  color += vec3(0.35) * smoothstep(0.92, 1.25, waves);
  gl_FragColor = vec4(color, 0.93);
  #include <colorspace_fragment>
}`;

/** A round, gently moving surface of water. */
export function waterDisc(x: number, y: number, z: number, radius: number): Animated {
  const material = new ShaderMaterial({
    transparent: true,
    uniforms: {
      time: { value: 0 },
      deep: { value: new Color("#3aa6d8") },
      shallow: { value: new Color("#8fe0f0") },
    },
    vertexShader: `varying vec2 spot;
      void main() { spot = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
    fragmentShader: waterFragment,
  });
  const object = new Mesh(new CircleGeometry(radius, 36), material);
  object.rotation.x = -Math.PI / 2;
  object.position.set(x, y, z);
  return { object, update: (timeS) => setTime(material, timeS) };
}

/** Drops that rise from a point and fall in a ring around it. */
export function waterJets(x: number, y: number, z: number, radius: number, height: number): Animated {
  const random = seeded(3);
  const seeds = new Float32Array(Array.from({ length: 260 * 3 }, () => random()));
  const material = new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    uniforms: { time: { value: 0 }, radius: { value: radius }, height: { value: height } },
    vertexShader: `uniform float time, radius, height;
      varying float life;
      void main() {
        life = fract(time * 0.55 + position.x);
        float angle = position.y * 6.2832;
        float away = radius * life * (0.75 + 0.25 * position.z);
        float up = height * 4.0 * life * (1.0 - life * 1.28);
        vec4 at = modelViewMatrix * vec4(sin(angle) * away, up, cos(angle) * away, 1.0);
        gl_PointSize = (42.0 + 30.0 * position.z) / -at.z;
        gl_Position = projectionMatrix * at;
      }`,
    fragmentShader: `varying float life;
      void main() {
        float d = length(gl_PointCoord - 0.5);
        gl_FragColor = vec4(0.92, 0.98, 1.0, smoothstep(0.5, 0.1, d) * 0.75 * (1.0 - life * 0.5));
      }`,
  });
  const object = new Points(pointGeometry(seeds), material);
  object.position.set(x, y, z);
  object.frustumCulled = false;
  return { object, update: (timeS) => setTime(material, timeS) };
}

/** Petals and motes of light that drift over a square of half side `reach` around the origin. */
export function driftingPetals(reach: number, count = 70): Animated {
  const random = seeded(8);
  const seeds = new Float32Array(Array.from({ length: count * 3 }, () => random()));
  const material = new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    uniforms: { time: { value: 0 }, reach: { value: reach } },
    vertexShader: `uniform float time, reach;
      varying float glow;
      void main() {
        vec3 p = vec3(
          (fract(position.x + time * 0.006) - 0.5) * reach * 2.0 + sin(time * 0.7 + position.z * 40.0) * 0.8,
          0.6 + 5.0 * position.y + sin(time * 0.9 + position.x * 50.0) * 0.5,
          (fract(position.z + time * 0.004) - 0.5) * reach * 2.0 + cos(time * 0.6 + position.y * 30.0) * 0.8);
        glow = 0.55 + 0.45 * sin(time * 1.7 + position.x * 60.0);
        vec4 at = modelViewMatrix * vec4(p, 1.0);
        gl_PointSize = min(60.0 / -at.z, 14.0);
        gl_Position = projectionMatrix * at;
      }`,
    fragmentShader: `varying float glow;
      void main() {
        float d = length(gl_PointCoord - 0.5);
        gl_FragColor = vec4(1.0, 0.88, 0.62, smoothstep(0.5, 0.0, d) * 0.55 * glow);
      }`,
  });
  const object = new Points(pointGeometry(seeds), material);
  object.frustumCulled = false;
  return { object, update: (timeS) => setTime(material, timeS) };
}

function pointGeometry(seeds: Float32Array): BufferGeometry {
  return new BufferGeometry().setAttribute("position", new BufferAttribute(seeds, 3));
}

function setTime(material: ShaderMaterial, timeS: number) {
  const time = material.uniforms.time;
  if (time) time.value = timeS;
}
