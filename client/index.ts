export { type PredictEffect, type PredictedEffect, predictEffects } from "./network/optimistic-effects.ts";
export type { InputFrame, Pose, Prediction, Step } from "./network/predict.ts";
export type { HeardEvent, OnEvent } from "./network/room-events.ts";
export { definePad } from "./pad/define-pad.tsx";
export { type Drawing, openDrawing, type Stroke } from "./pad/drawing.ts";
export { DrawingSurface, type DrawingSurfaceProps } from "./pad/drawing-surface.tsx";
export type {
  PadButton,
  PadChoices,
  PadDrawing,
  PadNow,
  PadOptions,
  PadStick,
  PadText,
} from "./pad/pad.tsx";
export type { PageOptions } from "./page-options.ts";
export { definePanel, type PagePanel, type PanelContext, type PanelSlot, type PersonHere } from "./panel.ts";
export {
  definePanelView,
  type MountPanel,
  type PanelView,
  type PanelViewContext,
} from "./panel-view.ts";
export { Qr } from "./places/qr.tsx";
export type { AnyRoom, JoinedRoom } from "./room/joined-room.ts";
export type { ActorView } from "./scene/actor-view.ts";
export type { ActorViews } from "./scene/actor-views.ts";
export type { AvatarView } from "./scene/avatar-view.ts";
export type { ActorSize } from "./scene/debug-draw.ts";
export { type Batch, openBatch } from "./scene/level/batch.ts";
export type { SceneryBrush } from "./scene/level/scenery.ts";
export { AFTERNOON, type SkyMood } from "./scene/level/sky.ts";
export type { Sounds } from "./scene/sounds.ts";
export type { Stage } from "./scene/stage.ts";
export type { Wear } from "./scene/worn-items.ts";
export type { Settings } from "./settings.ts";
export { startPage } from "./start-page.ts";
export {
  defineView,
  type GameView,
  type GameViews,
  type HudSlot,
  type ItemsView,
  type ViewContext,
} from "./view.ts";
