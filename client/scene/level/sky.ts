import {
  BackSide,
  type BufferGeometry,
  Color,
  DirectionalLight,
  Fog,
  HemisphereLight,
  IcosahedronGeometry,
  Mesh,
  MeshBasicMaterial,
  type Scene,
  ShaderMaterial,
  SphereGeometry,
  Vector3,
} from "three";
import { seeded } from "../../../shared/index.ts";
import { openBatch } from "./batch.ts";

/** The light and the colours of a sky. Colours are CSS hex. */
export interface SkyMood {
  /** Direction to the sun or, at night, the moon; any length. */
  readonly toLight: readonly [x: number, y: number, z: number];
  /** Colour of the sun's or moon's light, such as "#fff1d0". */
  readonly light: string;
  /** Its strength; 2.7 in the afternoon. */
  readonly lightPower: number;
  /** Light from the sky, and its reflection from the ground. */
  readonly fillSky: string;
  /** Colour of the reflection from the ground. */
  readonly fillGround: string;
  /** Strength of both; 1.75 in the afternoon. */
  readonly fillPower: number;
  /** Colours of the dome from the zenith to the horizon, which is also the fog. */
  readonly high: string;
  /** Colour between zenith and horizon. */
  readonly middle: string;
  /** Colour of the horizon and of the fog. */
  readonly low: string;
  /** Halo around the sun or moon, and its disc. */
  readonly halo: string;
  /** Colour of the sun's or moon's disc. */
  readonly disc: string;
  /** Colour of the clouds. */
  readonly clouds: string;
  /** 0…1. */
  readonly stars: number;
  /** Metres at which the fog begins and where it hides everything. */
  readonly fog: readonly [from: number, to: number];
}

/** The default light of a level: a late, warm afternoon. A view spreads it and changes single values. */
export const AFTERNOON: SkyMood = {
  toLight: [0.62, 0.62, 0.48],
  light: "#ffdfae",
  lightPower: 2.7,
  fillSky: "#dcefff",
  fillGround: "#ecd0a4",
  fillPower: 1.75,
  high: "#3f97e0",
  middle: "#8fcdf2",
  low: "#ffe9cf",
  halo: "#ffb766",
  disc: "#fff7e0",
  clouds: "#ffffff",
  stars: 0,
  fog: [55, 230],
};
/** Half the side of the square with shadows, metres. */
const SHADOW_REACH_M = 26;

const vertexShader = `
varying vec3 way;
void main() {
  way = normalize(position);
  // At the far end of the depth range: drawn last, where nothing else is.
  gl_Position = (projectionMatrix * mat4(mat3(viewMatrix)) * vec4(position, 1.0)).xyww;
}`;

const fragmentShader = `
uniform vec3 sun, high, middle, low, halo, disc;
uniform float stars;
varying vec3 way;
float hash(vec3 p) { return fract(sin(dot(p, vec3(127.1, 311.7, 74.7))) * 43758.5453); }
void main() {
  vec3 dir = normalize(way);
  float h = clamp(dir.y, 0.0, 1.0);
  vec3 color = mix(low, middle, smoothstep(0.0, 0.22, h));
  color = mix(color, high, smoothstep(0.15, 0.85, h));
  float facing = max(dot(dir, sun), 0.0);
  if (stars > 0.0) {
    vec3 cell = floor(dir * 90.0);
    float star = step(0.985, hash(cell)) * smoothstep(0.42, 0.0, length(fract(dir * 90.0) - 0.5));
    color += vec3(0.95, 0.97, 1.0) * star * stars * (0.35 + 0.65 * hash(cell + 7.0)) * smoothstep(0.02, 0.3, dir.y);
  }
  color += halo * (pow(facing, 6.0) * 0.22 + pow(facing, 60.0) * 0.35);
  color = mix(color, disc, smoothstep(0.9982, 0.9990, facing));
  gl_FragColor = vec4(color, 1.0);
  #include <colorspace_fragment>
}`;

/** The sky, the light, and the shadows that follow the player. */
export interface Sky {
  readonly sun: DirectionalLight;
  /** Moves the square with shadows and lets the clouds drift. */
  update(x: number, y: number, z: number, dtS: number): void;
  /** Sets light and colours; without a mood those of the afternoon. */
  setMood(mood?: SkyMood): void;
  /** Sets the side of the shadow map in pixels, 0 for no shadows. */
  setShadows(mapSize: number): void;
  dispose(): void;
}

/** Adds sky, sun, fill light, fog and clouds to a scene. */
export function hangSky(scene: Scene): Sky {
  const toLight = new Vector3();
  const stars = { value: 0 };
  const colors = {
    high: new Color(),
    middle: new Color(),
    low: new Color(),
    halo: new Color(),
    disc: new Color(),
  };
  const dome = new Mesh(new SphereGeometry(400, 24, 12), domeMaterial(toLight, colors, stars));
  dome.frustumCulled = false;
  dome.renderOrder = 1;
  const fill = new HemisphereLight();
  const sun = new DirectionalLight();
  const clouds = driftingClouds();
  const fog = new Fog("#ffffff");
  scene.fog = fog;
  scene.add(dome, fill, sun, sun.target, clouds);
  sun.castShadow = true;
  const { camera } = sun.shadow;
  camera.left = camera.bottom = -SHADOW_REACH_M;
  camera.right = camera.top = SHADOW_REACH_M;
  camera.far = 120;
  sun.shadow.bias = -0.0006;
  sun.shadow.normalBias = 0.04;
  sun.shadow.radius = 3;

  const setMood = (mood: SkyMood = AFTERNOON) => {
    toLight.set(...mood.toLight).normalize();
    sun.color.set(mood.light);
    sun.intensity = mood.lightPower;
    fill.color.set(mood.fillSky);
    fill.groundColor.set(mood.fillGround);
    fill.intensity = mood.fillPower;
    fog.color.set(mood.low);
    [fog.near, fog.far] = mood.fog;
    clouds.material.color.set(mood.clouds);
    for (const name of ["high", "middle", "low", "halo", "disc"] as const) colors[name].set(mood[name]);
    stars.value = mood.stars;
  };
  setMood();

  return {
    sun,
    setMood,
    update(x, y, z, dtS) {
      // In whole metres, so that the edges of shadows do not shimmer while the player walks.
      sun.target.position.set(Math.round(x), Math.round(y), Math.round(z));
      sun.position.copy(sun.target.position).addScaledVector(toLight, 60);
      clouds.rotation.y += dtS * 0.004;
    },
    setShadows(mapSize) {
      sun.castShadow = mapSize > 0;
      if (mapSize === 0 || sun.shadow.mapSize.x === mapSize) return;
      sun.shadow.mapSize.set(mapSize, mapSize);
      sun.shadow.map?.dispose();
      sun.shadow.map = null;
    },
    dispose() {
      scene.remove(dome, fill, sun, sun.target, clouds);
      dome.geometry.dispose();
      sun.dispose();
    },
  };
}

/** The dome's colours are shared: a change here repaints the sky. */
function domeMaterial(
  sun: Vector3,
  colors: Readonly<Record<string, Color>>,
  stars: { value: number },
): ShaderMaterial {
  const painted = Object.entries(colors).map(([name, value]) => [name, { value }]);
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: BackSide,
    depthWrite: false,
    fog: false,
    uniforms: { sun: { value: sun }, stars, ...Object.fromEntries(painted) },
  });
}

function driftingClouds(): Mesh<BufferGeometry, MeshBasicMaterial> {
  const random = seeded(42);
  const batch = openBatch(43);
  const puff = new IcosahedronGeometry(1, 1);
  for (let i = 0; i < 16; i++) {
    const angle = (i / 16) * Math.PI * 2 + random() * 0.3;
    const away = 120 + random() * 90;
    const y = 34 + random() * 40;
    for (let j = 0; j < 5; j++) {
      const size = 5 + random() * 6;
      const x = Math.sin(angle) * away + (j - 2) * 7 * Math.cos(angle);
      const z = Math.cos(angle) * away - (j - 2) * 7 * Math.sin(angle);
      const scale = [size * 1.3, size * 0.55 * (1.2 - Math.abs(j - 2) * 0.25), size] as const;
      batch.add(puff, j % 2 ? "#fff6ea" : "#ffffff", { at: [x, y + random() * 2, z], scale, jitter: 0.015 });
    }
  }
  const material = new MeshBasicMaterial({
    vertexColors: true,
    fog: false,
    transparent: true,
    opacity: 0.92,
  });
  return new Mesh(batch.geometry(), material);
}
