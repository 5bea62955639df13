import type { InputFrame } from "../network/predict.ts";

/**
 * Turns a direction relative to the camera into an input frame.
 *
 * @param x right, @param y forward, each −1…1 @param yaw of the camera, radians
 */
export function toFrame(x: number, y: number, yaw: number, buttons: number): InputFrame {
  const length = Math.max(1, Math.hypot(x, y));
  const forward = y / length;
  const right = x / length;
  // +x is to the left of an avatar that looks along +z, hence the signs.
  return {
    moveX: Math.round((Math.sin(yaw) * forward - Math.cos(yaw) * right) * 127) || 0,
    moveZ: Math.round((Math.cos(yaw) * forward + Math.sin(yaw) * right) * 127) || 0,
    buttons,
  };
}
