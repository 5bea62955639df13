/** What a Redis refuses a connection with that no waiting mends, and what to do. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/\bNOAUTH\b/, "asks for a password: REDIS_URL=redis://:password@host:6379, or redis://user:password@…"],
  [/\bWRONGPASS\b|invalid password/, "refuses the user or the password of REDIS_URL."],
  [/\bNOPERM\b/, "lets the user of REDIS_URL do too little: ACL SETUSER <user> ~* &* +@all"],
  [
    /\bDENIED\b/,
    "is in protected mode and takes only its own machine: give it a password, or bind it to a network.",
  ],
  [/DB index is out of range/, "has no database of the number that REDIS_URL ends in."],
  [/without any password configured/, "has no password, and REDIS_URL names one."],
];

/** Why a refused connection is refused for good; undefined: it may be only away. */
export function refusalOf(error: unknown): string | undefined {
  return REFUSALS.find(([said]) => said.test(String(error)))?.[1];
}

/** Why a Redis that says this in INFO is none that roomkeep can use; undefined: it is one. */
export function unsuitable(info: string): string | undefined {
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1] ?? "";
  const mode = value("redis_mode") || value("server_mode");
  if (mode === "sentinel")
    return "is a Sentinel, which keeps no keys: let REDIS_URL lead to the primary, by a proxy that follows its Sentinels.";
  if (mode === "cluster" || value("cluster_enabled") === "1")
    return "is a node of a Redis Cluster: rooms need one Redis (a primary, with replicas if you like).";
  if (value("role") === "slave")
    return "is a replica and takes no writes: let REDIS_URL lead to the primary.";
  const version = value("redis_version");
  if (version !== "" && Number.parseInt(version, 10) < 6) return `is Redis ${version}: 6 or newer is needed.`;
  return undefined;
}
