import { effect } from "@preact/signals";
import { useCallback, useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";
import type { Act, Mine } from "./page/answers.ts";
import { changes, InviteHere, readInviting } from "./page/invite-here.tsx";
import { Lists } from "./page/lists.tsx";
import { OneGroup } from "./page/one-group.tsx";

const style = `
.panel:has(.groups) { background:#fffaf3; } .groups ul { max-height:34vh; overflow:auto; margin:.2em 0; }
.groups li { display:flex; flex-wrap:wrap; gap:.3em .4em; align-items:center; padding:.4em .1em; border-bottom:1px solid var(--line); }
.groups li span { flex:1 1 9em; min-width:0; overflow-wrap:anywhere; } .groups li small { display:block; white-space:normal; }
#hud .groups li button, #hud .groups form button { width:auto; min-height:40px; padding:.45em .8em; }
#hud .groups li button { background:rgba(90,60,40,.09); } #hud .groups li button.main { background:var(--go); color:#fff; }
.groups form { display:flex; flex-wrap:wrap; gap:.5em; margin:.6em 0; } .groups form input { flex:1 1 7em; min-width:0; }
.groups .choice { display:flex; flex-wrap:wrap; gap:.4em; } .groups .choice [aria-pressed=true] { outline:2px solid var(--go); }
.groups summary { min-height:44px; display:flex; align-items:center; cursor:pointer; font-weight:700; } .groups .looks label { flex:1 1 100%; } #hud .groups .looks .main { background:var(--go); color:#fff; }
.groups h3 { margin:.2em 0; overflow-wrap:anywhere; } .groups .text { white-space:pre-wrap; overflow-wrap:anywhere; }
`;

/** Groups of the account, with members, requests and banks, and those to join, behind the button "Groups". */
export const groupsPanel = definePanel({
  name: "groups",
  title: "Groups",
  slot: "people",
  style,
  open({ room, request }) {
    effect(() => {
      room.value?.onMessage("groups.changed", () => changes.value++);
    });
    effect(() => {
      void changes.value;
      // Without the plugin, or while the server is away, there are no such buttons.
      if (room.value) readInviting(request).catch(() => {});
    });
  },
  render: (context) => <Groups {...context} />,
  renderPerson: (context, person) => (person.bot ? null : <InviteHere {...context} {...person} />),
});

/** The lists of an account, or one of its groups. */
export function Groups(context: PanelContext) {
  const { request, explain } = context;
  const [mine, setMine] = useState<Mine>();
  const [openId, setOpenId] = useState<string>();
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState(0);
  const change = changes.value;
  const failed = useCallback((error: unknown) => setProblem(explain(error)), [explain]);
  useEffect(() => {
    request<Mine>("GET", "/v1/groups/mine").then(setMine, failed);
  }, [request, failed, change, done]);

  const act: Act = (method, path, body) => async () => {
    setProblem("");
    await request(method, `/v1/groups${path}`, body).catch(failed);
    setDone((n) => n + 1);
  };
  if (!mine) return problem ? <p class="problem">{problem}</p> : <p role="status">Loading…</p>;
  const own = mine.groups.find(({ id }) => id === openId);
  return (
    <section class="groups">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {own ? (
        <OneGroup
          {...context}
          group={own}
          act={act}
          changed={change + done}
          failed={failed}
          close={() => setOpenId(undefined)}
        />
      ) : (
        <Lists
          {...context}
          mine={mine}
          act={act}
          failed={failed}
          open={setOpenId}
          found={() => setDone((n) => n + 1)}
        />
      )}
    </section>
  );
}
