import { seeded } from "roomkeep/shared";
import {
  BackSide,
  Color,
  DirectionalLight,
  Fog,
  Group,
  HemisphereLight,
  IcosahedronGeometry,
  Mesh,
  MeshBasicMaterial,
  type Scene,
  ShaderMaterial,
  SphereGeometry,
  Vector3,
} from "three";
import { openBatch } from "./batch.ts";

/** Direction to the sun: a late, warm afternoon. */
const SUN = new Vector3(0.62, 0.62, 0.48).normalize();
const HORIZON = "#ffe9cf";
/** Half the side of the square that has shadows, metres. */
const SHADOW_REACH_M = 26;

const vertexShader = `
varying vec3 way;
void main() {
  way = normalize(position);
  // At the far end of the depth range: drawn last, it fills only what nothing covers.
  gl_Position = (projectionMatrix * mat4(mat3(viewMatrix)) * vec4(position, 1.0)).xyww;
}`;

const fragmentShader = `
uniform vec3 sun, high, middle, low;
varying vec3 way;
void main() {
  vec3 dir = normalize(way);
  float h = clamp(dir.y, 0.0, 1.0);
  vec3 color = mix(low, middle, smoothstep(0.0, 0.22, h));
  color = mix(color, high, smoothstep(0.15, 0.85, h));
  float facing = max(dot(dir, sun), 0.0);
  color += vec3(1.0, 0.72, 0.4) * (pow(facing, 6.0) * 0.22 + pow(facing, 60.0) * 0.35);
  color = mix(color, vec3(1.0, 0.97, 0.88), smoothstep(0.9982, 0.9990, facing));
  gl_FragColor = vec4(color, 1.0);
  #include <colorspace_fragment>
}`;

/** The sky, the light, and the shadows that follow the player. */
export interface Sky {
  readonly sun: DirectionalLight;
  /** Moves the shadows' square to a place and lets the clouds drift. */
  update(x: number, z: number, dtS: number): void;
  /** Sets the side of the shadow map in pixels, 0 for no shadows. */
  setShadows(mapSize: number): void;
  dispose(): void;
}

/** Hangs sky, sun, fill light, fog and clouds into a scene. */
export function hangSky(scene: Scene): Sky {
  const dome = new Mesh(new SphereGeometry(400, 24, 12), domeMaterial());
  dome.frustumCulled = false;
  dome.renderOrder = 1;
  const fill = new HemisphereLight("#dcefff", "#ecd0a4", 1.75);
  const sun = new DirectionalLight("#ffdfae", 2.7);
  const clouds = driftingClouds();
  scene.fog = new Fog(HORIZON, 55, 230);
  scene.add(dome, fill, sun, sun.target, clouds);
  sun.castShadow = true;
  const { camera } = sun.shadow;
  camera.left = camera.bottom = -SHADOW_REACH_M;
  camera.right = camera.top = SHADOW_REACH_M;
  camera.far = 120;
  sun.shadow.bias = -0.0006;
  sun.shadow.normalBias = 0.04;
  sun.shadow.radius = 3;

  return {
    sun,
    update(x, z, dtS) {
      // Whole metres, so that the edges of shadows do not swim while the player walks.
      sun.target.position.set(Math.round(x), 0, Math.round(z));
      sun.position.copy(sun.target.position).addScaledVector(SUN, 60);
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

function domeMaterial(): ShaderMaterial {
  return new ShaderMaterial({
    vertexShader,
    fragmentShader,
    side: BackSide,
    depthWrite: false,
    fog: false,
    uniforms: {
      sun: { value: SUN },
      high: { value: new Color("#3f97e0") },
      middle: { value: new Color("#8fcdf2") },
      low: { value: new Color(HORIZON) },
    },
  });
}

function driftingClouds(): Group {
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
  return new Group().add(batch.mesh(material));
}
