export type { ActorView, ActorViews } from "./actors.ts";
export type { AvatarView } from "./avatar-view.ts";
export type { ActorSize } from "./debug-draw.ts";
export { type PageOptions, startPage } from "./page.tsx";
export type { GameRoom, InputFrame, Pose, Prediction, Step } from "./predict.ts";
export { type PredictEffect, type PredictedEffect, predictEffects } from "./predict-effect.ts";
export type { Probe } from "./probe.ts";
export type { HeardEvent, OnEvent } from "./room-events.ts";
export { type Batch, openBatch, type PieceOptions } from "./scene/batch.ts";
export type { GroundPaint } from "./scene/ground-paint.ts";
export type { SceneryBrush } from "./scene/scenery.ts";
export { AFTERNOON, type SkyMood } from "./scene/sky.ts";
export type { Settings } from "./settings.ts";
export type { Sounds } from "./sounds.ts";
export type { Stage } from "./stage.ts";
export {
  defineView,
  type GameView,
  type GameViews,
  type HudSlot,
  type ItemsView,
  type ViewContext,
} from "./view.ts";
