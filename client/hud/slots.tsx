import type { HudStore } from "../hud-store.ts";
import type { PagePanel, PanelContext } from "../panel.ts";

interface SlotsProps {
  hud: HudStore;
  panels: readonly PagePanel[];
  panelContext: PanelContext;
}

/** What the game and plugins show above, at the right and in the middle. */
export function Slots({ hud, panels, panelContext }: SlotsProps) {
  return (
    <>
      {(["top", "side", "center"] as const).map((slot) => (
        <div key={slot} class={`slot ${slot}`}>
          {hud.slots[slot].value?.render()}
          {panels.filter((panel) => panel.slot === slot).map((panel) => panel.render(panelContext))}
        </div>
      ))}
    </>
  );
}
