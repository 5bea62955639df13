import { signal } from "@preact/signals";
import type { HudProps } from "../hud-props.ts";
import type { OpenOverlay } from "./open-overlay.tsx";

const loaded = signal<typeof OpenOverlay | undefined>(undefined);

/** Loads the overlays ahead, where a key opens one and the next is typed into it. */
export function loadOverlays(): void {
  import("./open-overlay.tsx").then(
    (part) => {
      loaded.value = part.OpenOverlay;
    },
    (error: unknown) => console.error("roomkeep: the overlays could not be loaded", error),
  );
}

/** The open overlay. Few open one, so they are a part of the page that comes with the first. */
export function OverlayHost(props: HudProps) {
  if (props.overlays.current.value === "none") return null;
  const Overlay = loaded.value;
  if (Overlay) return <Overlay {...props} />;
  loadOverlays();
  return null;
}
