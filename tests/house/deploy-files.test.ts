import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { environment } from "../../server/config.ts";
import { DEFAULT_PORT } from "../../shared/internal.ts";
import { root } from "./sources.ts";

// The files to run a server by know ports, names and paths of the code, which no compiler compares with it.

const read = (path: string) => readFileSync(join(root, path), "utf8");
const manifests = readdirSync(join(root, "deploy/kubernetes")).map((name) => `deploy/kubernetes/${name}`);
const IMAGES = ["Dockerfile", "server/cli/template/Dockerfile"];
const UNIT = "deploy/systemd/roomkeep.service";
const FILES = [...IMAGES, "compose.yaml", "deploy/compose/nginx.conf", UNIT, ...manifests];
const all = FILES.map((path) => ({ path, text: read(path) }));

/** Variables that are not roomkeep's. */
const FOREIGN = ["NODE_ENV", "NODE_OPTIONS", "PUBLIC_HOST", "POD_NAME", "POSTGRES_USER", "POSTGRES_PASSWORD"];
/** Names of variables, as each of the formats sets them. */
const NAMES = [
  /\b((?:ROOMKEEP|LOG)_[A-Z_]+|DATABASE_URL|REDIS_URL)\b/g,
  /(?:^|[{,] *)(?:- )?name: ([A-Z][A-Z_]+)\b/gm,
  /^ +([A-Z][A-Z_]+):/gm,
  /^Environment=([A-Z_]+)=/gm,
];

const namesIn = (text: string) =>
  NAMES.flatMap((form) => [...text.matchAll(form)].map(([, name = ""]) => name));

it("name only settings that there are", () => {
  const unknown = (text: string) =>
    namesIn(text).filter((name) => !(name in environment.shape) && !FOREIGN.includes(name) && name !== "CMD");
  for (const { path, text } of all) expect(unknown(text), path).toEqual([]);
  expect(all.flatMap(({ text }) => namesIn(text)).length).toBeGreaterThan(40);
  expect(unknown("    ROOMKEEP_TRUSTED_PROXY: 1\n- { name: PROT, value: 1 }\nEnvironment=HOSTS=1\n")).toEqual(
    ["ROOMKEEP_TRUSTED_PROXY", "PROT", "ROOMKEEP_TRUSTED_PROXY", "HOSTS"],
  );
});

it("agree on the port, which is that of the code", () => {
  const port = String(DEFAULT_PORT);
  const ports = (text: string) =>
    [
      ...text.matchAll(/(?:PORT[=:] ?"?|containerPort: |EXPOSE |name: PORT, value: "|game-\S+?:)(\d{4,5})/g),
    ].map(([, found]) => found);
  for (const { path, text } of all) {
    const found = ports(text);
    expect(found, path).toEqual(found.map(() => port));
  }
  expect(all.flatMap(({ text }) => ports(text)).length).toBeGreaterThan(8);
  // In front of the processes: published as the proxy listens.
  expect(read("compose.yaml")).toContain('ports: ["8080:8080"]');
  expect(read("deploy/compose/nginx.conf")).toContain("listen 8080;");
});

it("ask the paths that the server answers, for what they are for", () => {
  const probe = (name: string) =>
    new RegExp(`${name}:\\n\\s+httpGet: \\{ path: (\\S+), port: http \\}`).exec(
      read("deploy/kubernetes/stateful-set.yaml"),
    )?.[1];
  expect([probe("startupProbe"), probe("readinessProbe"), probe("livenessProbe")]).toEqual([
    "/health",
    "/ready",
    "/health",
  ]);
  for (const path of IMAGES)
    expect(read(path), path).toMatch(/HEALTHCHECK[\s\S]*\$\{process\.env\.PORT\}\/health/);
});

it("give the process the time that its shutdown takes, and the signal", () => {
  const graceS = Number(/GRACE_MS = ([\d_]+)/.exec(read("server/boot.ts"))?.[1]?.replace("_", "")) / 1_000;
  expect(graceS).toBe(28);
  const seconds = (path: string, form: RegExp) => Number(form.exec(read(path))?.[1]);
  expect(seconds("compose.yaml", /stop_grace_period: (\d+)s/)).toBeGreaterThan(graceS);
  expect(seconds(UNIT, /TimeoutStopSec=(\d+)/)).toBeGreaterThan(graceS);
  const pause = seconds("deploy/kubernetes/stateful-set.yaml", /preStop: \{ sleep: \{ seconds: (\d+) \} \}/);
  expect(
    seconds("deploy/kubernetes/stateful-set.yaml", /terminationGracePeriodSeconds: (\d+)/),
  ).toBeGreaterThan(graceS + pause);
  for (const path of IMAGES) {
    expect(read(path), path).toMatch(/^CMD \["node", "[^"]*server\/cli\/index\.js", "start"\]$/m);
    expect(read(path), path).toMatch(/^USER 1000:1000$/m);
  }
  expect(read(UNIT)).toMatch(
    /^ExecStart=\/usr\/bin\/node node_modules\/roomkeep\/dist\/server\/cli\/index\.js start$/m,
  );
});

it("leave the heap some 60 % of the memory, and run on the version of Node that is advised", () => {
  const heap = (path: string) => Number(/--max-old-space-size=(\d+)/.exec(read(path))?.[1]);
  for (const path of ["compose.yaml", "deploy/kubernetes/config.yaml", UNIT])
    expect(heap(path) / 1024, path).toBeCloseTo(0.6, 1);
  const [, advised] = /^Node (\d+) is advised/m.exec(read("docs/deploy.md")) ?? [];
  for (const path of IMAGES) expect(read(path), path).toContain(`ARG NODE=${advised}-`);
});

it("build of what there is: each path that an image copies or lets in", () => {
  const { version } = JSON.parse(read("package.json")) as { version: string };
  expect(version).toMatch(/^\d/);
  const allowed = [...read(".dockerignore").matchAll(/^!(.+)$/gm)].map(([, path = ""]) => path);
  expect(allowed.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths = ""]) =>
    paths.split(" "),
  );
  expect(copied.filter((path) => path !== "." && !allowed.includes(path))).toEqual([]);
  const { include } = JSON.parse(read("deploy/tsconfig.json")) as { include: string[] };
  expect(include.map((path) => path.replace("../", "")).filter((path) => !allowed.includes(path))).toEqual(
    [],
  );
});

it("name each pod of the StatefulSet in its services and its route", () => {
  const replicas = Number(/^ {2}replicas: (\d+)/m.exec(read("deploy/kubernetes/stateful-set.yaml"))?.[1]);
  const pods = Array.from({ length: replicas }, (_, i) => `roomkeep-${i}`);
  const found = (path: string, form: RegExp) => [...read(path).matchAll(form)].map(([, name]) => name);
  expect(found("deploy/kubernetes/services.yaml", /pod-name: (\S+) \}/g)).toEqual(pods);
  expect(found("deploy/kubernetes/services.yaml", /^ {2}name: (roomkeep-\d+)$/gm)).toEqual(pods);
  expect(found("deploy/kubernetes/route.yaml", /value: \/(roomkeep-\d+) \}/g)).toEqual(pods);
  expect(found("deploy/kubernetes/route.yaml", /name: (roomkeep-\d+), port/g)).toEqual(pods);
});
