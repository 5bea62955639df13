import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

/** Where Linux tells of control groups, and which ones a process is in. */
interface Places {
  readonly root: string;
  readonly self: string;
}

const LINUX: Places = { root: "/sys/fs/cgroup", self: "/proc/self/cgroup" };

/** The names of a version of control groups. */
interface Names {
  readonly folder: string;
  readonly limit: string;
  readonly used: string;
  /** In memory.stat: what is only a copy of files, and is given back before anybody is killed. */
  readonly files: string;
}

const V1: Names = {
  folder: "memory",
  limit: "memory.limit_in_bytes",
  used: "memory.usage_in_bytes",
  files: "total_inactive_file",
};
const V2: Names = { folder: "", limit: "memory.max", used: "memory.current", files: "inactive_file" };

/**
 * Part of the memory of the container that is used, by all of its processes: of the tightest of its control
 * groups, version 2 or 1. Undefined: it has no limit, or this is no Linux.
 */
export function containerShare({ root, self }: Places = LINUX): number | undefined {
  const groups = readText(self);
  const v1 = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
  const v2 = /^0::(.*)$/m.exec(groups)?.[1];
  const [names, path] = v1 === undefined ? [V2, v2] : [V1, v1];
  if (path === undefined) return undefined;
  const shares = upwards(path).flatMap((group) => shareOf(join(root, names.folder, group), names) ?? []);
  return shares.length > 0 ? Math.max(...shares) : undefined;
}

/** The group and those around it; within a container only the outermost of what is told may be there. */
function upwards(path: string): string[] {
  const groups = [path];
  for (let at = path; at !== "/" && at !== "."; at = dirname(at)) groups.push(dirname(at));
  return groups;
}

function shareOf(folder: string, { limit, used, files }: Names): number | undefined {
  const most = Number.parseInt(readText(join(folder, limit)), 10);
  // "max", or a number beyond the machine: no limit.
  if (!(most > 0 && most <= totalmem())) return undefined;
  const all = Number.parseInt(readText(join(folder, used)), 10);
  const copies = Number(
    new RegExp(`^${files} (\\d+)$`, "m").exec(readText(join(folder, "memory.stat")))?.[1],
  );
  return Number.isNaN(all) ? undefined : Math.max(0, all - (copies || 0)) / most;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
