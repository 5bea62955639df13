import type { HostileCase } from "./case.ts";
import { ask } from "./raw-http.ts";

/** Who is no admin, and what even an admin may not do by a GET. */
export function adminCases(url: string, accessToken: string, adminPassword: string): HostileCase[] {
  const basic = (password: string, name = "admin") => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
  });
  const bearer = { authorization: `Bearer ${accessToken}` };
  const PAGES = ["/monitor/", "/monitor/api", "/metrics", "/monitor/api/room?roomId=AAAA"];
  return [
    {
      name: "operators' pages without a sign-in",
      send: () => all(PAGES, (page) => ask(`${url}${page}`, "GET")),
    },
    {
      name: "operators' pages with a player's token",
      send: () => all(PAGES, (page) => ask(`${url}${page}`, "GET", undefined, bearer)),
    },
    {
      name: "operators' pages with another name",
      send: () =>
        all(["root", "Admin", "admin\0", ""], (name) =>
          ask(`${url}/metrics`, "GET", undefined, basic(adminPassword, name)),
        ),
    },
    {
      name: "any method of a room by name, as the admin",
      send: () =>
        all(["disconnect", "_reserveSeat", "constructor"], (method) =>
          ask(
            `${url}/monitor/api/room/call?roomId=AAAA&method=${method}&args=[]`,
            "GET",
            undefined,
            basic(adminPassword),
          ),
        ),
    },
    {
      name: "GET where something would be changed",
      send: () =>
        all(
          [
            "/v1/sign-out",
            "/v1/sign-out/everywhere",
            "/v1/guests",
            "/v1/tickets",
            "/v1/admin/password-resets",
            "/matchmake/create/plaza",
          ],
          (path) => ask(`${url}${path}`, "GET", undefined, bearer),
        ),
    },
    {
      name: "a reset code by who is no admin",
      send: () =>
        all(["admin", "' OR 1=1 --", "%"], (login) =>
          ask(`${url}/v1/admin/password-resets`, "POST", { login }, bearer),
        ),
    },
    {
      name: "SQL in what is looked for",
      send: () =>
        all(["' OR '1'='1", "1; DROP TABLE account; --", "\\'; --"], async (text) =>
          ask(`${url}/v1/sign-in`, "POST", { login: text, password: text }),
        ),
    },
  ];
}

async function all<T>(items: readonly T[], send: (item: T) => Promise<string>): Promise<string[]> {
  const answers: string[] = [];
  for (const item of items) answers.push(await send(item));
  return answers;
}
