import type { MigrationInterface, QueryRunner } from "typeorm";
import { MIGRATIONS } from "../../migrations/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { MoreRows } from "../storage/database.ts";
import type { AnyPlugin, PluginMigration } from "./plugin.ts";

/**
 * The row classes and migrations of plugins, for the database. A plugin that is removed from the list leaves
 * its tables as they are.
 *
 * @throws PLUGIN_INVALID the name of a migration has no time, or is taken; TypeORM would skip it silently
 */
export function rowsOf(plugins: readonly AnyPlugin[]): MoreRows {
  const owners = new Map(MIGRATIONS.map((Migration) => [new Migration().name, "roomkeep"]));
  for (const { name: plugin, migrations = [] } of plugins) {
    for (const { name } of migrations) {
      if (!/^\w+\d{13}$/.test(name))
        throw new RoomkeepError("PLUGIN_INVALID", `The migration "${name}" of "${plugin}" has no time.`);
      const owner = owners.get(name);
      if (owner !== undefined)
        throw new RoomkeepError("PLUGIN_INVALID", `"${owner}" and "${plugin}" have a migration "${name}".`);
      owners.set(name, plugin);
    }
  }
  return {
    entities: plugins.flatMap(({ entities = [] }) => entities),
    migrations: plugins.flatMap(({ migrations = [] }) => migrations.map(migrationClass)),
  };
}

function migrationClass(migration: PluginMigration): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = migration.name;
    async up(runner: QueryRunner): Promise<void> {
      await migration.up(runner);
    }
    async down(runner: QueryRunner): Promise<void> {
      await migration.down(runner);
    }
  };
}
