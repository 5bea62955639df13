import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createEndpoint } from "@colyseus/core";
import { monitor } from "@colyseus/monitor";
import type { AuditPort } from "../../rooms/internal.ts";
import { entryOf } from "../telemetry/audit-chain/deed.ts";
import type { AdmittedAdmin, adminGuards } from "./admin.ts";
import { json } from "./api/answer.ts";

/**
 * By what Material UI and json-edit-react call the buttons that would run a room's methods, and editable
 * values.
 */
const HIDDEN = ["DeleteForeverIcon", "DoDisturbOnIcon", "SendIcon"].map(
  (icon) => `button:has([data-testid="${icon}"])`,
);
const STYLE = `${HIDDEN.join(", ")}, .jer-edit-buttons { display: none !important }
  .jer-value-component { pointer-events: none }
  .read-only { margin: 0; padding: .5rem 1rem; font: 14px/1.4 system-ui; color: #222; background: #ffe9b0 }`;
const NOTE = `<p class="read-only" role="note">This page only shows. To act, go to <a href="/admin">the operators' desk</a>,
  give a command in the room as a moderator or admin (/help lists them), or at the command line (roomkeep --help): each
  is in the audit log.</p>`;

/** Puts a link to the desk where the monitor's table has its closed button, and into the note of a room. */
const DESK_LINKS = `const linkOf = (roomId) => "/admin#/rooms/" + encodeURIComponent(roomId);
const show = () => {
  for (const row of document.querySelectorAll(".MuiDataGrid-row[data-id]")) {
    const cell = row.querySelector('[data-field="Dispose"]');
    if (!cell) continue;
    const link = cell.querySelector("a") ?? cell.appendChild(document.createElement("a"));
    const href = linkOf(row.dataset.id);
    if (link.getAttribute("href") === href) continue;
    link.href = href;
    link.textContent = "At the desk";
  }
  const [, roomId] = /^#\\/room\\/([^/?]+)/.exec(location.hash) ?? [];
  document.querySelector(".read-only a").setAttribute("href", roomId ? linkOf(roomId) : "/admin");
};
new MutationObserver(show).observe(document.getElementById("app"), { childList: true, subtree: true });
addEventListener("hashchange", show);
show();
`;

/**
 * `/monitor` behind the sign-in, to look at. Its route that runs any method of a room is closed, and the
 * buttons that would ask for it are hidden, with a word on what to do instead.
 */
export function monitorEndpoints(guards: ReturnType<typeof adminGuards>, audit: AuditPort) {
  const panel = monitor({ use: guards });
  const page = readOnlyPage();
  const index = createEndpoint("/monitor/", { method: "GET", use: guards }, async () => {
    const headers = { "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" };
    return new Response(page, { headers });
  });
  const links = createEndpoint("/monitor/desk-links.js", { method: "GET", use: guards }, async () => {
    const headers = { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" };
    return new Response(DESK_LINKS, { headers });
  });
  const closed = createEndpoint("/monitor/api/room/call", { method: "GET", use: guards }, async (context) => {
    const { roomId = "", method = "" } = (context.query ?? {}) as Record<string, string>;
    const line = `monitor: ${String(method).slice(0, 64)}`;
    const { caller } = (context.context as { admitted: AdmittedAdmin }).admitted;
    const entry = entryOf({ caller, role: "admin", line }, "ACTION_REFUSED");
    await audit.note({ ...entry, roomId: String(roomId).slice(0, 16) });
    return json(403, {
      code: "ACTION_REFUSED",
      message: "Running a room's methods from the monitor is closed.",
    });
  });
  return { ...panel, "monitor-index": index, "monitor-desk-links": links, "monitor-api-room-call": closed };
}

/**
 * The monitor's own page with the note; without the fonts of another site, which its policy would not load.
 */
function readOnlyPage(): string {
  const home = dirname(createRequire(import.meta.url).resolve("@colyseus/monitor"));
  return readFileSync(join(home, "static", "index.html"), "utf8")
    .replace(/\s*<link [^>]*fonts\.googleapis[^>]*>/, "")
    .replace("</head>", `<style>${STYLE}</style></head>`)
    .replace("<body>", `<body>${NOTE}`)
    .replace("</body>", '<script src="/monitor/desk-links.js" defer></script></body>');
}
