import { createEndpoint, type createMiddleware } from "@colyseus/core";
import type { AdminPage } from "./plugin.ts";

type Guards = ReturnType<typeof createMiddleware>[];

/** The page runs no script and loads nothing. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
};

/** Serves the pages of a plugin for operators, behind the admin's sign-in. */
export function adminPageEndpoints(
  plugin: string,
  pages: Readonly<Record<string, AdminPage>>,
  guards: Guards,
) {
  return Object.fromEntries(
    Object.entries(pages).map(([name, { title, html }]) => [
      `admin-${plugin}-${name}`,
      createEndpoint(`/admin/${plugin}/${name}`, { method: "GET", use: guards }, async () => {
        const body = `<!doctype html><meta charset="utf-8"><title>${escapeHtml(title)}</title>${await html()}`;
        return new Response(body, { headers: HEADERS });
      }),
    ]),
  );
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
