import { useState } from "preact/hooks";
import type { PagePanel, PanelContext } from "../../panel.ts";
import type { RoomPlayer } from "../../room/room-players.ts";
import { Panel } from "../panel.tsx";
import { Tabs } from "../tabs.tsx";
import { PeopleHere, type PeopleHereProps } from "./people-here.tsx";
import { type Report, ReportForm } from "./report-form.tsx";

const HERE = "";

interface PeopleOverlayProps extends Omit<PeopleHereProps, "report" | "people"> {
  /** Whether a room is open; outside of one there are the plugins' tabs alone. */
  readonly isInRoom: boolean;
  readonly panels: readonly PagePanel[];
  readonly panelContext: PanelContext;
  report(report: Report): void;
}

/** Who is in the room, and a tab for each plugin that is about people: friends, groups, messages. */
export function PeopleOverlay(props: PeopleOverlayProps) {
  const { overlays, isInRoom, panelContext } = props;
  const [reported, setReported] = useState<RoomPlayer>();
  const people = props.panels.filter(({ slot }) => slot === "people");
  const shown = people.find(({ name }) => name === overlays.tab.value) ?? (isInRoom ? undefined : people[0]);
  if (!shown && !isInRoom) return null;
  if (reported && isInRoom)
    return (
      <Panel title={`Report ${reported.name}`} close={overlays.close}>
        <ReportForm
          player={reported}
          send={(report) => {
            props.report(report);
            overlays.close();
          }}
          cancel={() => setReported(undefined)}
        />
      </Panel>
    );
  const here = isInRoom ? [{ name: HERE, title: "Here" }] : [];
  const tabs = people.map(({ name, title, button = title, waiting }) => ({ name, title: button, waiting }));
  return (
    <Panel title={shown?.title ?? "People here"} close={overlays.close}>
      <Tabs
        label="People"
        tabs={[...here, ...tabs]}
        current={shown?.name ?? HERE}
        show={(name) => {
          overlays.tab.value = name;
        }}
      />
      {shown ? shown.render(panelContext) : <PeopleHere {...props} report={setReported} />}
    </Panel>
  );
}
