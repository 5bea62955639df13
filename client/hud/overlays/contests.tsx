import type { OverlayStore } from "../../overlays.ts";
import type { PagePanel, PanelContext } from "../../panel.ts";
import { Panel } from "../panel.tsx";
import { Tabs } from "../tabs.tsx";

interface ContestsProps {
  readonly panels: readonly PagePanel[];
  readonly panelContext: PanelContext;
  readonly overlays: OverlayStore;
}

/** A tab for each plugin in which players are matched or ranked. */
export function Contests({ panels, panelContext, overlays }: ContestsProps) {
  const contests = panels.filter(({ slot }) => slot === "contests");
  const shown = contests.find(({ name }) => name === overlays.tab.value) ?? contests[0];
  if (!shown) return null;
  const tabs = contests.map(({ name, title, button = title, waiting }) => ({ name, title: button, waiting }));
  return (
    <Panel title={shown.title} close={overlays.close}>
      <Tabs
        label="Contests"
        tabs={tabs}
        current={shown.name}
        show={(name) => {
          overlays.tab.value = name;
        }}
      />
      {shown.render(panelContext)}
    </Panel>
  );
}
