import { seeded } from "roomkeep/shared";
import {
  AdditiveBlending,
  BufferAttribute,
  BufferGeometry,
  CircleGeometry,
  Color,
  ConeGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  PointLight,
  Points,
  ShaderMaterial,
} from "three";

/** A fire: flickering flames and a light. */
export interface Fire {
  readonly root: Group;
  /** @param dark 0 by day to 1 at night */
  update(timeS: number, dark: number, calm: boolean): void;
  dispose(): void;
}

/** Lights a {@link Fire} at a place. */
export function lightFire([x, y, z]: readonly [number, number, number]): Fire {
  const root = new Group();
  root.position.set(x, y, z);
  const light = new PointLight("#ff9a4a", 1, 22, 1.6);
  light.position.y = 1.3;
  const cone = new ConeGeometry(0.5, 1, 6);
  const flames = ["#ff6a2b", "#ff9d3c", "#ffd76a"].map((color, i) => {
    const flame = new Mesh(
      cone,
      new MeshBasicMaterial({ color, transparent: true, opacity: 0.6 + i * 0.15, depthWrite: false }),
    );
    flame.scale.set(0.75 - i * 0.2, 1.25 - i * 0.3, 0.75 - i * 0.2);
    flame.position.y = 0.25 + flame.scale.y / 2;
    root.add(flame);
    return flame;
  });
  const sparks = drift(36, 1.1, 2.6, "#ffb45a", 30);
  root.add(light, sparks.object);
  return {
    root,
    update(timeS, dark, calm) {
      const time = calm ? 0 : timeS;
      for (const [i, flame] of flames.entries()) {
        const beat = 1 + Math.sin(time * (7 + i * 2.3) + i) * 0.12;
        flame.scale.y = (1.25 - i * 0.3) * beat;
        flame.position.y = 0.22 + flame.scale.y / 2;
        flame.rotation.y = time * (i + 1);
      }
      light.intensity = (3 + dark * 30) * (1 + Math.sin(time * 9) * 0.06 + Math.sin(time * 23) * 0.04);
      sparks.update(time, 1);
    },
    dispose() {
      root.removeFromParent();
      light.dispose();
      cone.dispose();
      for (const { material } of flames) material.dispose();
      sparks.dispose();
    },
  };
}

/** Drifting points of light. */
export interface Drift {
  readonly object: Points;
  /** @param strength 0…1, how bright they are */
  update(timeS: number, strength: number): void;
  dispose(): void;
}

/** Fireflies or sparks over a square of half side `reach`. @param size of a point, pixels at one metre */
export function drift(count: number, reach: number, high: number, color: string, size: number): Drift {
  const random = seeded(count);
  const seeds = new Float32Array(Array.from({ length: count * 3 }, () => random()));
  const material = new ShaderMaterial({
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
    uniforms: {
      time: { value: 0 },
      strength: { value: 1 },
      reach: { value: reach },
      high: { value: high },
      size: { value: size },
      tint: { value: new Color(color) },
    },
    vertexShader: `uniform float time, reach, high, size;
      varying float glow;
      void main() {
        float life = fract(position.y + time * 0.05);
        vec3 p = vec3((position.x - 0.5) * 2.0 * reach + sin(time * 0.5 + position.z * 40.0) * reach * 0.08,
          0.3 + life * high,
          (position.z - 0.5) * 2.0 * reach + cos(time * 0.4 + position.x * 30.0) * reach * 0.08);
        glow = (0.5 + 0.5 * sin(time * 2.1 + position.x * 60.0)) * smoothstep(0.0, 0.1, life) * smoothstep(1.0, 0.8, life);
        vec4 at = modelViewMatrix * vec4(p, 1.0);
        gl_PointSize = clamp(size * 3.0 / -at.z, 1.5, 22.0);
        gl_Position = projectionMatrix * at;
      }`,
    fragmentShader: `uniform float strength;
      uniform vec3 tint;
      varying float glow;
      void main() {
        float d = length(gl_PointCoord - 0.5);
        gl_FragColor = vec4(tint, smoothstep(0.5, 0.0, d) * glow * strength);
      }`,
  });
  const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(seeds, 3));
  const object = new Points(geometry, material);
  object.frustumCulled = false;
  return {
    object,
    update(timeS, strength) {
      const { time, strength: bright } = material.uniforms;
      if (time) time.value = timeS;
      if (bright) bright.value = strength;
      object.visible = strength > 0.01;
    },
    dispose() {
      object.removeFromParent();
      geometry.dispose();
      material.dispose();
    },
  };
}

/** A round pond whose colour follows the light. */
export interface Pond {
  readonly mesh: Mesh;
  update(timeS: number, dark: number): void;
  dispose(): void;
}

/** Fills a {@link Pond}. */
export function fillPond(x: number, y: number, z: number, radius: number): Pond {
  const material = new ShaderMaterial({
    transparent: true,
    uniforms: { time: { value: 0 }, light: { value: 1 } },
    vertexShader: `varying vec2 spot;
      void main() { spot = position.xy; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
    fragmentShader: `uniform float time, light;
      varying vec2 spot;
      void main() {
        float waves = sin(spot.x * 1.7 + time * 0.9) * sin(spot.y * 1.4 - time * 0.7) + 0.5 * sin(spot.x * 3.1 - spot.y * 2.3 + time * 1.3);
        vec3 color = mix(vec3(0.16, 0.5, 0.66), vec3(0.42, 0.78, 0.86), 0.5 + 0.22 * waves);
        color += vec3(0.3) * smoothstep(0.95, 1.3, waves);
        gl_FragColor = vec4(color * mix(vec3(0.16, 0.22, 0.42), vec3(1.0), light), 0.86);
        #include <colorspace_fragment>
      }`,
  });
  const mesh = new Mesh(new CircleGeometry(radius, 40), material);
  mesh.rotation.x = -Math.PI / 2;
  mesh.position.set(x, y, z);
  return {
    mesh,
    update(timeS, dark) {
      const { time, light } = material.uniforms;
      if (time) time.value = timeS;
      if (light) light.value = 1 - dark;
    },
    dispose() {
      mesh.removeFromParent();
      mesh.geometry.dispose();
      material.dispose();
    },
  };
}
