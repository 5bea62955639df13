import type { PluginMigration } from "roomkeep/server";

/**
 * The box of an account numbers its notifications, so that a page knows what it has missed. Beside it what
 * goes to everybody, how far the core's own rows were read, and the devices that are pushed to.
 */
export const notificationTables: PluginMigration = {
  name: "Notifications1764310000001",
  async up(db) {
    await db.query(`
      CREATE TABLE notification_box (
        account_id uuid CONSTRAINT notification_box_pkey PRIMARY KEY
          CONSTRAINT notification_box_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        latest bigint NOT NULL,
        announced bigint NOT NULL DEFAULT 0
      )`);
    await db.query(`
      CREATE TABLE notification (
        account_id uuid NOT NULL
          CONSTRAINT notification_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        number bigint NOT NULL,
        kind text NOT NULL,
        params jsonb NOT NULL,
        sender_id uuid CONSTRAINT notification_sender_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        key text,
        at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        read_at timestamptz,
        dismissed_at timestamptz,
        CONSTRAINT notification_pkey PRIMARY KEY (account_id, number)
      )`);
    await db.query(
      "CREATE UNIQUE INDEX notification_key_idx ON notification (account_id, kind, key) WHERE key IS NOT NULL",
    );
    await db.query("CREATE INDEX notification_sender_idx ON notification (sender_id)");
    await db.query("CREATE INDEX notification_at_idx ON notification (at)");
    await db.query(
      "CREATE INDEX notification_expires_idx ON notification (expires_at) WHERE expires_at IS NOT NULL",
    );
    // Who sent it is the other one's.
    await db.query(`
      CREATE VIEW notification_export AS
        SELECT account_id, number, kind, params, at, expires_at, read_at, dismissed_at FROM notification`);
    await db.query(`
      CREATE TABLE notification_announcement (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT notification_announcement_pkey PRIMARY KEY,
        text text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL
      )`);
    await db.query("CREATE INDEX notification_announcement_at_idx ON notification_announcement (at)");
    await db.query(`
      CREATE TABLE notification_source (
        name text CONSTRAINT notification_source_pkey PRIMARY KEY,
        at timestamptz NOT NULL,
        seq bigint NOT NULL,
        seen jsonb NOT NULL
      )`);
    await db.query(`
      CREATE TABLE notification_device (
        id uuid CONSTRAINT notification_device_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT notification_device_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        endpoint text NOT NULL CONSTRAINT notification_device_endpoint_key UNIQUE,
        p256dh text NOT NULL,
        auth text NOT NULL,
        since timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query("CREATE INDEX notification_device_account_idx ON notification_device (account_id)");
    // Whoever has endpoint and keys can write to the device.
    await db.query(`
      CREATE VIEW notification_device_export AS
        SELECT account_id, id, substring(endpoint from '^https://([^/]+)') AS host, since
        FROM notification_device`);
    await db.query(`
      CREATE TABLE notification_push (
        device_id uuid NOT NULL
          CONSTRAINT notification_push_device_id_fkey REFERENCES notification_device (id) ON DELETE CASCADE,
        account_id uuid NOT NULL,
        number bigint NOT NULL,
        due_at timestamptz NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        CONSTRAINT notification_push_pkey PRIMARY KEY (device_id, account_id, number),
        CONSTRAINT notification_push_number_fkey FOREIGN KEY (account_id, number)
          REFERENCES notification (account_id, number) ON DELETE CASCADE
      )`);
    await db.query("CREATE INDEX notification_push_number_idx ON notification_push (account_id, number)");
    await db.query("CREATE INDEX notification_push_due_idx ON notification_push (due_at)");
  },
  async down(db) {
    await db.query("DROP VIEW notification_device_export");
    await db.query("DROP VIEW notification_export");
    await db.query(
      `DROP TABLE notification_push, notification_device, notification_source, notification_announcement,
         notification, notification_box`,
    );
  },
};
