// A run of the tests with ROOMKEEP_FAST_PATHS=off takes the documented ways, in test servers without a config
// too.
const setting = process.env.ROOMKEEP_FAST_PATHS;
if (setting) {
  const { readFastPaths } = await import("../../rooms/transport/fast-path/fast-path-names.ts");
  const { useFastPaths } = await import("../../rooms/transport/fast-path/fast-paths.ts");
  const paths = readFastPaths(setting);
  if (paths === undefined) throw new Error(`ROOMKEEP_FAST_PATHS=${setting} names no fast paths`);
  useFastPaths(paths);
}

export {};
