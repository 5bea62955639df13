import type { OverlayStore } from "../../overlays.ts";

interface OverlayButtonsProps {
  overlays: OverlayStore;
  narrow: boolean;
  help?: boolean;
}

/** The buttons that open an overlay. `help`: whether there is one. */
export function OverlayButtons({ overlays, narrow, help = false }: OverlayButtonsProps) {
  const { current } = overlays;
  return (
    <>
      <button
        type="button"
        aria-label="People here"
        title="People here, and your party"
        onClick={() => overlays.showPeople("")}
      >
        ☻
      </button>
      <button
        type="button"
        aria-label="Invite friends"
        title="Invite friends"
        onClick={() => (current.value = "share")}
      >
        {narrow ? "+" : "+ Invite"}
      </button>
      {help && (
        <button type="button" aria-label="Help" title="Help (H)" onClick={() => (current.value = "help")}>
          ?
        </button>
      )}
      <button
        type="button"
        aria-label="Settings"
        title="Settings"
        onClick={() => (current.value = "settings")}
      >
        ☰
      </button>
    </>
  );
}
