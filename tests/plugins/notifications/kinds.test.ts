import { type AnyPlugin, definePlugin, type PluginServices, readConfig } from "roomkeep/server";
import { describe, expect, it } from "vitest";
import webPush from "web-push";
import { z } from "zod";
import { defineKind, type KindAction, notifications } from "../../../plugins/notifications/index.ts";
import { render } from "../../../plugins/notifications/kind.ts";
import { openServices } from "../../../server/services.ts";
import { IN_MEMORY } from "../../../server/storage/database.ts";

const start = (plugins: readonly unknown[], env: Record<string, string> = {}) =>
  openServices(
    readConfig({ LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY, ...env }),
    plugins as readonly AnyPlugin[],
  );
const kindWith = (action: KindAction<"id">, name = "visits.came") =>
  defineKind(name, { params: z.object({ id: z.string() }), text: ({ id }) => id, actions: { go: action } });

describe("a kind is refused", () => {
  it.each([
    ["a name that is none", () => kindWith({ label: "Go", panel: "x" }, "visits")],
    ["a route that is none", () => kindWith({ label: "Go", route: "/v1/visits" })],
    ["a route elsewhere", () => kindWith({ label: "Go", route: "POST https://example.org/" })],
    ["a route outside of the API", () => kindWith({ label: "Go", route: "POST /matchmake/create" })],
    ["a route of a param that it has not", () => kindWith({ label: "Go", route: "GET /v1/visits/:who" })],
    ["a message of another plugin", () => kindWith({ label: "Go", message: "friends.block" })],
    ["a panel without a name", () => kindWith({ label: "Go", panel: "" })],
  ])("with PLUGIN_INVALID for %s", (_, define) => {
    expect(define).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  });

  it("where the server starts, if an action names a route that there is not", async () => {
    const visits = definePlugin({
      name: "visits",
      uses: [notifications as unknown as AnyPlugin],
      open: ({ optional }: PluginServices) =>
        optional(notifications)?.declare(kindWith({ label: "Go", route: "POST /v1/visits/:id" })),
    });
    await expect(start([visits, notifications])).rejects.toThrow(
      expect.objectContaining({
        code: "PLUGIN_INVALID",
        message: expect.stringContaining("POST /v1/visits/:id"),
      }),
    );
    // Without notifications nothing is declared, and the server starts.
    await (await start([visits])).close();
  });
});

describe("a kind", () => {
  it("shows nothing of params that another version of it has stored, and cuts a long text by characters", () => {
    const kind = kindWith({ label: "Go", route: "DELETE /v1/visits/:id" }) as never;
    expect(render(kind, { id: 7 }, "Ann")).toBeUndefined();
    const shown = render(kind, { id: "😀".repeat(600) }, "Ann");
    expect([...(shown?.text ?? "")]).toHaveLength(500);
    expect(shown?.text).not.toMatch(/\p{Surrogate}/u);
    expect(render(kind, { id: "../../admin?x#y" }, "Ann")?.actions).toEqual([
      { id: "go", label: "Go", method: "DELETE", path: "/v1/visits/..%2F..%2Fadmin%3Fx%23y" },
    ]);
  });
});

describe("keys of Web Push", () => {
  const { publicKey, privateKey } = webPush.generateVAPIDKeys();
  const env = (more: Record<string, string>) => ({
    ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC: publicKey,
    ROOMKEEP_NOTIFICATIONS_VAPID_PRIVATE: privateKey,
    ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "mailto:a@example.org",
    ...more,
  });
  it.each([
    [{ ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "mailto:" }],
    [{ ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "" }],
    [{ ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "http://example.org" }],
    [{ ROOMKEEP_NOTIFICATIONS_VAPID_PRIVATE: "" }],
    [{ ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC: webPush.generateVAPIDKeys().publicKey }],
    [{ ROOMKEEP_NOTIFICATIONS_PUSH_CA: "/nowhere/ca.pem" }],
  ])("are refused where they cannot be used, without showing them: %o", async (more) => {
    const started = start([notifications], env(more));
    await expect(started).rejects.toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    await expect(started).rejects.toThrow(expect.not.stringContaining(privateKey));
  });
});
