import { NoToneMapping, PCFShadowMap, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { type CameraRig, rigCamera } from "./camera-rig.ts";
import { hangSky, type Sky } from "./level/sky.ts";

/** Quality steps from high to low: most pixels a CSS pixel, side of the shadow map. */
const STEPS = [
  { ratio: 2, shadow: 2048 },
  { ratio: 1.25, shadow: 2048 },
  { ratio: 1, shadow: 1024 },
  { ratio: 0.75, shadow: 1024 },
  { ratio: 0.5, shadow: 0 },
] as const;
/** If frames take longer on average, the stage goes one quality step down. Ms. */
const SLOW_FRAME_MS = 30;

/** Quality of the graphics: "auto" goes down a step when frames are slow. */
export type Quality = "auto" | "high" | "low";

/**
 * Called once a frame.
 * @param dtS seconds since the last frame, at most 0.1
 * @param now the frame's time, ms
 */
export type Frame = (dtS: number, now: number) => void;

/**
 * The renderer, the scene, the camera and the loop of a page. A view adds its meshes to the scene and is
 * called each frame.
 */
export interface Stage {
  readonly canvas: HTMLCanvasElement;
  readonly scene: Scene;
  readonly camera: PerspectiveCamera;
  readonly rig: CameraRig;
  readonly sky: Sky;
  /** Frames in the last second. */
  readonly fps: number;
  /** Calls `frame` before each drawing, in the order of registration. @returns stops it */
  onFrame(frame: Frame): () => void;
  setQuality(quality: Quality): void;
  /** False: nothing is drawn, and the canvas is not seen, until it is true again. */
  show(visible: boolean): void;
  dispose(): void;
}

/**
 * Opens the stage on a canvas.
 *
 * @throws Error when the browser has no WebGL 2
 */
export function openStage(canvas: HTMLCanvasElement): Stage {
  const slow = drawsInSoftware();
  const renderer = new WebGLRenderer({ canvas, antialias: !slow, powerPreference: "high-performance" });
  renderer.toneMapping = NoToneMapping;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  const scene = new Scene();
  const camera = new PerspectiveCamera(52, 1, 0.1, 700);
  const rig = rigCamera(camera);
  const sky = hangSky(scene);
  const frames = new Set<Frame>();
  const pace = paceQuality(slow ? STEPS.length - 1 : 1, (step) => {
    const { ratio, shadow } = STEPS[step] ?? STEPS[0];
    renderer.setPixelRatio(Math.min(window.devicePixelRatio, ratio));
    sky.setShadows(shadow);
    resize();
  });

  const resize = () => {
    const { clientWidth: width, clientHeight: height } = canvas;
    renderer.setSize(width, height, false);
    camera.aspect = width / Math.max(1, height);
    // On a tall screen the horizontal angle is as wide as the vertical angle of a wide one.
    camera.fov = camera.aspect < 1 ? 66 : 52;
    camera.updateProjectionMatrix();
  };
  const watch = new ResizeObserver(resize);
  watch.observe(canvas);
  pace.set("auto");

  let last = -1;
  const loop = (now: number) => {
    const spent = last < 0 ? 16 : now - last;
    last = now;
    for (const frame of frames) frame(Math.min(spent / 1000, 0.1), now);
    renderer.render(scene, camera);
    pace.note(now);
  };
  renderer.setAnimationLoop(loop);

  return {
    canvas,
    scene,
    camera,
    rig,
    sky,
    get fps() {
      return pace.fps();
    },
    onFrame(frame) {
      frames.add(frame);
      return () => frames.delete(frame);
    },
    setQuality: pace.set,
    show(visible) {
      canvas.hidden = !visible;
      last = -1;
      renderer.setAnimationLoop(visible ? loop : null);
    },
    dispose() {
      renderer.setAnimationLoop(null);
      watch.disconnect();
      sky.dispose();
      renderer.dispose();
    },
  };
}

/** Whether the browser draws without a graphics card: then the quality begins at the lowest step. */
function drawsInSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const facts = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = gl && facts ? String(gl.getParameter(facts.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/iu.test(name);
}

/** Counts frames. On "auto" the quality goes down after 1.5 slow seconds, sooner when very slow. */
function paceQuality(first: number, apply: (step: number) => void) {
  const last = STEPS.length - 1;
  let step = first;
  let quality: Quality = "auto";
  let frames = 0;
  let since = -1;
  let fps = 0;
  return {
    fps: () => fps,
    set(next: Quality) {
      quality = next;
      step = next === "high" ? 0 : next === "low" ? last - 1 : first;
      apply(step);
    },
    note(now: number) {
      // A background tab draws no frames, which is not slow.
      if (since < 0 || document.hidden) {
        since = now;
        frames = 0;
        return;
      }
      frames++;
      if (now - since < 1500) return;
      const meanMs = (now - since) / frames;
      fps = Math.round(10_000 / meanMs) / 10;
      since = now;
      frames = 0;
      if (quality !== "auto" || meanMs < SLOW_FRAME_MS || step >= last) return;
      step = Math.min(last, step + (meanMs > 90 ? 2 : 1));
      apply(step);
    },
  };
}
