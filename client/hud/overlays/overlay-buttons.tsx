import type { OverlayStore } from "../../overlays.ts";
import type { PagePanel } from "../../panel.ts";
import { Waiting } from "../tabs.tsx";

interface OverlayButtonsProps {
  overlays: OverlayStore;
  narrow: boolean;
  panels: readonly PagePanel[];
  help?: boolean;
}

/** The buttons that open an overlay. `help`: whether there is one. */
export function OverlayButtons({ overlays, narrow, panels, help = false }: OverlayButtonsProps) {
  const { current } = overlays;
  const contests = panels.find(({ slot }) => slot === "contests");
  return (
    <>
      <button
        type="button"
        aria-label="People here"
        title="People here, and your party"
        onClick={() => overlays.showPeople("")}
      >
        ☻
        <Waiting count={waitingIn(panels, "people")} />
      </button>
      {contests && (
        <button
          type="button"
          aria-label="Contests"
          title="Matches and boards"
          onClick={() => overlays.showPanel(contests)}
        >
          ★
          <Waiting count={waitingIn(panels, "contests")} />
        </button>
      )}
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

const waitingIn = (panels: readonly PagePanel[], where: PagePanel["slot"]) =>
  panels.reduce((sum, { slot, waiting }) => sum + (slot === where ? (waiting?.value ?? 0) : 0), 0);
