// Made by `npm run admin:types` from the server's OpenAPI document. Do not edit.
export interface Schema {
  "account.reset": {
    params: {
      /**
       * name, e-mail address or id of the account
       */
      login: string;
    };
    result: {
      name: string;
      code: string;
    };
  };
  "account.role": {
    params: {
      /**
       * name, e-mail address or id of the account
       */
      login: string;
      role: "player" | "moderator" | "operator" | "admin";
    };
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
    };
  };
  "alerts.acknowledge": {
    params: {
      alert: string;
    };
    result: {
      alert: {
        id: string;
        rule: string;
        /**
         * Address of a process, or "cluster"
         */
        subject: string;
        severity: "info" | "warning" | "critical";
        state: "firing" | "recovered";
        /**
         * A sentence for people
         */
        text: string;
        value: number;
        threshold: number;
        unit: string;
        /**
         * ms since 1970
         */
        firedAt: number;
        /**
         * ms since 1970
         */
        toldAt: number;
        /**
         * How often it was told
         */
        times: number;
        recoveredAt: number | null;
        acknowledgedAt: number | null;
        acknowledgedBy: string | null;
      };
    };
  };
  "alerts.list": {
    params: {
      open?: boolean;
      last?: number;
    };
    result: {
      alerts: {
        id: string;
        rule: string;
        /**
         * Address of a process, or "cluster"
         */
        subject: string;
        severity: "info" | "warning" | "critical";
        state: "firing" | "recovered";
        /**
         * A sentence for people
         */
        text: string;
        value: number;
        threshold: number;
        unit: string;
        /**
         * ms since 1970
         */
        firedAt: number;
        /**
         * ms since 1970
         */
        toldAt: number;
        /**
         * How often it was told
         */
        times: number;
        recoveredAt: number | null;
        acknowledgedAt: number | null;
        acknowledgedBy: string | null;
      }[];
    };
  };
  "alerts.rules": {
    params: {};
    result: {
      rules: {
        name: string;
        above: number;
        unit: string;
        forS: number;
        repeatS: number;
        severity: "info" | "warning" | "critical";
        off: boolean;
      }[];
    };
  };
  "audit.list": {
    params: {
      last?: number;
      caller?: string;
      account?: string;
      operation?: string;
      outcome?: string;
      since?: string;
      until?: string;
      before?: number;
    };
    result: {
      entries: {
        /**
         * number in the chain
         */
        seq: number;
        at: string;
        caller: string;
        role: string;
        account: string | null;
        character: string | null;
        game: string;
        roomId: string;
        line: string;
        outcome: string;
        operation: string | null;
        /**
         * the account that it was done to
         */
        concerns: string | null;
        hash: string;
      }[];
      next: number | null;
    };
  };
  "audit.verify": {
    params: {};
    result: {
      verified: boolean;
      entries: number;
      /**
       * signed heads that were compared
       */
      heads: number;
      /**
       * signed by keys of other data folders
       */
      foreignHeads: number;
      /**
       * times that a backup was brought back
       */
      restarts: number;
      /**
       * the first one
       */
      fault?: {
        seq: number;
        kind: string;
        text: string;
      };
    };
  };
  "errors.list": {
    params: {
      last?: number;
    };
    result: {
      errors: {
        id: string;
        message: string;
        /**
         * By the source, where there was a map of the build
         */
        stack: string;
        page: string;
        build: string;
        agent: string;
        count: number;
        firstAt: string;
        lastAt: string;
      }[];
    };
  };
  "events.list": {
    params: {
      game?: string;
      roomId?: string;
      zone?: string;
      name?: string;
      actor?: string;
      since?: string;
      until?: string;
      before?: string;
      limit?: number;
    };
    result: {
      events: {
        id: string;
        at: string;
        cursor: string;
        game: string;
        roomId: string;
        zone?: string;
        event: {
          name: string;
          actor?: string;
          payload: unknown;
          [k: string]: unknown;
        };
      }[];
    };
  };
  "flags.account": {
    params: {
      account: string;
    };
    result: {
      flags: {
        name: string;
        value: boolean | number | string;
        /**
         * from 0; null: the default
         */
        rule: number | null;
      }[];
    };
  };
  "flags.list": {
    params: {};
    result: {
      flags: {
        name: string;
        description: string;
        values: (boolean | number | string)[];
        default: boolean | number | string;
        /**
         * pages of players get its value
         */
        page: boolean;
        /**
         * the first that fits gives the value; none: the default
         */
        rules: {
          /**
           * share of the accounts, 0 to 100
           */
          percent?: number;
          /**
           * this one, and those above
           */
          role?: "player" | "moderator" | "operator" | "admin";
          /**
           * such as "1.4.0" or ">=1.4"
           */
          versions?: string[];
          accounts?: string[];
          value: boolean | number | string;
        }[];
        /**
         * why the stored rules are set aside
         */
        refused?: string;
        changed?: {
          at: string;
          by: string;
          reason: string;
        };
      }[];
      /**
       * stored, and no flag of this version
       */
      leftOver: {
        name: string;
      }[];
    };
  };
  "flags.reset": {
    params: {
      /**
       * name of the flag
       */
      flag: string;
      reason: string;
    };
    result: {
      flag: string;
      before: {
        /**
         * share of the accounts, 0 to 100
         */
        percent?: number;
        /**
         * this one, and those above
         */
        role?: "player" | "moderator" | "operator" | "admin";
        /**
         * such as "1.4.0" or ">=1.4"
         */
        versions?: string[];
        accounts?: string[];
        value: boolean | number | string;
      }[];
    };
  };
  "flags.set": {
    params: {
      /**
       * name of the flag
       */
      flag: string;
      /**
       * JSON: [{"percent":10,"value":true},{"role":"moderator","value":true}]
       */
      rules?: string;
      /**
       * instead of rules: the value of one
       */
      value?: string;
      /**
       * of that rule
       */
      percent?: number;
      /**
       * of that rule
       */
      role?: "player" | "moderator" | "operator" | "admin";
      reason: string;
    };
    result: {
      flag: string;
      before: {
        /**
         * share of the accounts, 0 to 100
         */
        percent?: number;
        /**
         * this one, and those above
         */
        role?: "player" | "moderator" | "operator" | "admin";
        /**
         * such as "1.4.0" or ">=1.4"
         */
        versions?: string[];
        accounts?: string[];
        value: boolean | number | string;
      }[];
      after: {
        /**
         * share of the accounts, 0 to 100
         */
        percent?: number;
        /**
         * this one, and those above
         */
        role?: "player" | "moderator" | "operator" | "admin";
        /**
         * such as "1.4.0" or ">=1.4"
         */
        versions?: string[];
        accounts?: string[];
        value: boolean | number | string;
      }[];
    };
  };
  "items.coins": {
    params: {
      /**
       * id of the character
       */
      character: string;
      /**
       * 1 to 64 characters of your own: a repetition with the same ones books nothing
       */
      request: string;
      /**
       * for the ledger
       */
      reason: string;
      coins: number;
    };
    result: {
      coins: number;
      stacks: {
        id: string;
        container: string;
        template: string;
        slot: number;
        qty: number;
      }[];
      /**
       * true: it was booked before, and this is the first answer
       */
      repeated: boolean;
      /**
       * room that is told; null: the character is in none
       */
      room: string | null;
    };
  };
  "items.grant": {
    params: {
      /**
       * id of the character
       */
      character: string;
      /**
       * 1 to 64 characters of your own: a repetition with the same ones books nothing
       */
      request: string;
      /**
       * for the ledger
       */
      reason: string;
      template: string;
      qty: number;
      into?: "bag" | "bank" | "mail";
    };
    result: {
      coins: number;
      stacks: {
        id: string;
        container: string;
        template: string;
        slot: number;
        qty: number;
      }[];
      /**
       * true: it was booked before, and this is the first answer
       */
      repeated: boolean;
      /**
       * room that is told; null: the character is in none
       */
      room: string | null;
    };
  };
  "items.take": {
    params: {
      /**
       * id of the character
       */
      character: string;
      /**
       * 1 to 64 characters of your own: a repetition with the same ones books nothing
       */
      request: string;
      /**
       * for the ledger
       */
      reason: string;
      stack: string;
      qty: number;
    };
    result: {
      coins: number;
      stacks: {
        id: string;
        container: string;
        template: string;
        slot: number;
        qty: number;
      }[];
      /**
       * true: it was booked before, and this is the first answer
       */
      repeated: boolean;
      /**
       * room that is told; null: the character is in none
       */
      room: string | null;
    };
  };
  "items.templates": {
    params: {};
    result: {
      templates: {
        name: string;
        stack: number;
        wornAt: number | null;
      }[];
    };
  };
  "ledger.verify": {
    params: {};
    result: {
      legs: number;
      requests: number;
      verified: boolean;
      differences: number;
      first?: {
        account: string;
        item: string | null;
        booked: number;
        found: number;
      };
    };
  };
  "matches.list": {
    params: {};
    result: {
      matches: {
        id: string;
        code: string;
        game: string;
        version: number;
        savedAt: string;
        bytes: number;
      }[];
    };
  };
  "matches.restore": {
    params: {
      /**
       * under which it was set aside
       */
      id: string;
    };
    result: {
      restored: string;
      code: string;
      /**
       * what had its code meanwhile
       */
      aside?: string;
    };
  };
  "matches.set-aside": {
    params: {
      code: string;
      reason: string;
    };
    result: {
      code: string;
      aside: string;
    };
  };
  me: {
    params: {};
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
      permissions: (
        | "look"
        | "secrets"
        | "sanction"
        | "reports"
        | "rooms"
        | "command"
        | "recordings"
        | "accounts"
        | "items"
        | "export"
        | "delete"
        | "settings"
        | "flags"
        | "audit"
        | "operators"
      )[];
      /**
       * sent with each POST as x-roomkeep-csrf
       */
      csrf: string;
      totp: {
        set: boolean;
        required: boolean;
      };
      idleMinutes: number;
    };
  };
  "operators.list": {
    params: {};
    result: {
      operators: {
        id: string;
        name: string;
        role: "player" | "moderator" | "operator" | "admin";
        /**
         * has set up one-time passwords
         */
        totp: boolean;
        /**
         * last request to the desk
         */
        seenAt: string | null;
      }[];
    };
  };
  "operators.remove-totp": {
    params: {
      /**
       * name, e-mail address or id of the account
       */
      login: string;
    };
    result: {
      id: string;
    };
  };
  "operators.sign-out": {
    params: {
      /**
       * name, e-mail address or id of the account
       */
      login: string;
    };
    result: {
      id: string;
    };
  };
  "overview.get": {
    params: {
      process?: string;
    };
    result: {
      at: number;
      processes: {
        processId: string;
        address: string;
        version: string;
        self: boolean;
        draining: boolean;
        rooms: number;
        players: number;
        busy: number;
        memory: number;
        ticks: number;
        late: number;
        tickP99Ms: number | null;
        databaseMs: number | null;
        redisMs?: number | null;
        sampledAt: number;
      }[];
      hour: {
        stepS: number;
        /**
         * End of each step, ms since 1970
         */
        at: number[];
        players: (number | null)[];
        rooms: (number | null)[];
        tickP99Ms: (number | null)[];
        busy: (number | null)[];
        memory: (number | null)[];
        ticks: (number | null)[];
        late: (number | null)[];
        joined: (number | null)[];
        refused: (number | null)[];
        processes: (number | null)[];
        /**
         * Processes without a database or without Redis
         */
        away: (number | null)[];
      };
      day: {
        stepS: number;
        /**
         * End of each step, ms since 1970
         */
        at: number[];
        players: (number | null)[];
        rooms: (number | null)[];
        tickP99Ms: (number | null)[];
        busy: (number | null)[];
        memory: (number | null)[];
        ticks: (number | null)[];
        late: (number | null)[];
        joined: (number | null)[];
        refused: (number | null)[];
        processes: (number | null)[];
        /**
         * Processes without a database or without Redis
         */
        away: (number | null)[];
      };
      failures: {
        hour: {
          code: string;
          count: number;
        }[];
        day: {
          code: string;
          count: number;
        }[];
      };
      alerts: {
        id: string;
        rule: string;
        /**
         * Address of a process, or "cluster"
         */
        subject: string;
        severity: "info" | "warning" | "critical";
        state: "firing" | "recovered";
        /**
         * A sentence for people
         */
        text: string;
        value: number;
        threshold: number;
        unit: string;
        /**
         * ms since 1970
         */
        firedAt: number;
        /**
         * ms since 1970
         */
        toldAt: number;
        /**
         * How often it was told
         */
        times: number;
        recoveredAt: number | null;
        acknowledgedAt: number | null;
        acknowledgedBy: string | null;
      }[];
    };
  };
  "players.audit": {
    params: {
      player: string;
      limit?: number;
    };
    result: {
      entries: {
        at: string;
        caller: string;
        role: string;
        game: string;
        roomId: string;
        line: string;
        outcome: string;
        own: boolean;
      }[];
    };
  };
  "players.ban": {
    params: {
      /**
       * id of the account
       */
      player: string;
      /**
       * left out: for good
       */
      minutes?: number;
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "players.ban-character": {
    params: {
      character: string;
      /**
       * left out: for good
       */
      minutes?: number;
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "players.delete": {
    params: {
      /**
       * id of the account
       */
      player: string;
      reason: string;
    };
    result: {
      /**
       * null: it is deleted
       */
      deleteAt: string | null;
    };
  };
  "players.export": {
    params: {
      player: string;
      after?: string;
    };
    result: {
      exportedAt: string;
      account: {
        [k: string]: unknown;
      };
      characters: {
        [k: string]: unknown;
      }[];
      items: {
        [k: string]: unknown;
      }[];
      ledger: {
        [k: string]: unknown;
      }[];
      /**
       * where the next part begins; null: this is the last
       */
      nextLedger: string | null;
      /**
       * rows of other tables, plugins' too, by table
       */
      more: {
        [k: string]: {
          [k: string]: unknown;
        }[];
      };
    };
  };
  "players.flags": {
    params: {
      player: string;
      limit?: number;
    };
    result: {
      flags: {
        id: string;
        at: string;
        character: string;
        game: string;
        roomId: string;
        score: number;
        action: string;
        signals: {
          [k: string]: number;
        };
      }[];
    };
  };
  "players.items": {
    params: {
      character: string;
    };
    result: {
      coins: number;
      dead: boolean;
      stacks: {
        id: string;
        container: string;
        template: string;
        slot: number;
        qty: number;
      }[];
    };
  };
  "players.keep": {
    params: {
      /**
       * id of the account
       */
      player: string;
      reason: string;
    };
    result: {};
  };
  "players.kick": {
    params: {
      /**
       * id of the account
       */
      player: string;
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "players.ledger": {
    params: {
      character: string;
      before?: string;
      limit?: number;
    };
    result: {
      movements: {
        seq: string;
        request: string;
        at: string;
        container: string;
        item: string | null;
        qty: number;
        coins: number;
        reason: string;
        by: string;
        others: {
          account: string;
          item: string | null;
          qty: number;
          coins: number;
        }[];
      }[];
      /**
       * `before` of the next page; null: this is the last
       */
      next: string | null;
    };
  };
  "players.mute": {
    params: {
      /**
       * id of the account
       */
      player: string;
      /**
       * left out: for good
       */
      minutes?: number;
      channels?: "chat" | "voice" | "both";
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "players.note": {
    params: {
      /**
       * id of the account
       */
      player: string;
      text: string;
    };
    result: {
      id: string;
    };
  };
  "players.notes": {
    params: {
      player: string;
      limit?: number;
    };
    result: {
      notes: {
        id: string;
        at: string;
        by: string;
        text: string;
      }[];
    };
  };
  "players.rename": {
    params: {
      /**
       * id of the account
       */
      player: string;
      name: string;
      reason: string;
    };
    result: {
      name: string;
    };
  };
  "players.rename-character": {
    params: {
      character: string;
      name: string;
      reason: string;
    };
    result: {
      name: string;
      /**
       * room that is told; null: it is in none
       */
      room: string | null;
    };
  };
  "players.search": {
    params: {
      query: string;
      by?: "any" | "name" | "id" | "character";
      limit?: number;
    };
    result: {
      players: {
        id: string;
        kind: "guest" | "registered";
        name: string | null;
        role: "player" | "moderator" | "operator" | "admin";
        createdAt: string;
        lastSeenAt: string;
        characters: {
          id: string;
          name: string;
          deletedAt: string | null;
          room: string | null;
        }[];
        muted: boolean;
        banned: boolean;
        deleteAt: string | null;
      }[];
    };
  };
  "players.search-address": {
    params: {
      address: string;
      limit?: number;
    };
    result: {
      players: {
        id: string;
        kind: "guest" | "registered";
        name: string | null;
        role: "player" | "moderator" | "operator" | "admin";
        createdAt: string;
        lastSeenAt: string;
        characters: {
          id: string;
          name: string;
          deletedAt: string | null;
          room: string | null;
        }[];
        muted: boolean;
        banned: boolean;
        deleteAt: string | null;
        address: string;
        at: string;
      }[];
    };
  };
  "players.secrets": {
    params: {
      player: string;
    };
    result: {
      email: string | null;
      identities: {
        issuer: string;
        createdAt: string;
      }[];
      signIns: {
        id: string;
        address: string;
        createdAt: string;
        revokedAt: string | null;
      }[];
    };
  };
  "players.sessions": {
    params: {
      player: string;
      limit?: number;
    };
    result: {
      sessions:
        | {
            character: string;
            game: string;
            roomId: string;
            startedAt: string;
            endedAt: string | null;
            ending: string | null;
          }[]
        | null;
    };
  };
  "players.show": {
    params: {
      player: string;
    };
    result: {
      id: string;
      kind: "guest" | "registered";
      name: string | null;
      role: "player" | "moderator" | "operator" | "admin";
      createdAt: string;
      lastSeenAt: string;
      muted: boolean;
      banned: boolean;
      deleteAt: string | null;
      characters: {
        id: string;
        name: string;
        color: number;
        shape: number;
        coins: number;
        createdAt: string;
        updatedAt: string;
        deletedAt: string | null;
        room: string | null;
      }[];
      sanctions: {
        id: string;
        kind: "warn" | "mute" | "kick" | "ban";
        accountId: string | null;
        characterId: string | null;
        range: string | null;
        chat: boolean;
        voice: boolean;
        reason: string;
        givenAt: string;
        endsAt: string | null;
        givenBy: string;
        readAt: string | null;
        liftedAt: string | null;
        liftedBy: string;
        liftReason: string;
        live: boolean;
      }[];
      counts: {
        reportsAbout: number;
        reportsBy: number;
        cheatFlags: number;
        notes: number;
        playSessions: number | null;
      };
      deletion: {
        askedAt: string;
        deleteAt: string;
        byPlayer: boolean;
        by: string;
        reason: string;
      } | null;
    };
  };
  "players.sign-out": {
    params: {
      /**
       * id of the account
       */
      player: string;
      reason: string;
    };
    result: {};
  };
  "players.warn": {
    params: {
      /**
       * id of the account
       */
      player: string;
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "recordings.frames": {
    params: {
      roomId: string;
      scrub: string;
      fromTick: number;
      toTick: number;
    };
    result: {
      frames: {
        tick: number;
        actors: [string, number, number, number, number][];
      }[];
      who: {
        [k: string]: {
          kind: string;
          name: string;
          player: boolean;
        };
      };
      done: boolean;
      nextTick: number;
      exact: boolean | null;
    };
  };
  "recordings.get": {
    params: {
      recording: string;
    };
    result: {
      id: string;
      at: string;
      roomId: string;
      game: string;
      fromTick: number;
      toTick: number;
      from: string;
      to: string;
      reason: string;
      by: string;
      about: string;
      version: string;
      bytes: number;
      gzip: string;
    };
  };
  "recordings.keep": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
      reason: string;
    };
    result: {
      id: string;
      fromTick: number;
      toTick: number;
      from: string;
      to: string;
      seconds: number;
      bytes: number;
    };
  };
  "recordings.list": {
    params: {
      game?: string;
      roomId?: string;
      about?: string;
      player?: string;
      before?: string;
      limit?: number;
    };
    result: {
      recordings: {
        id: string;
        at: string;
        roomId: string;
        game: string;
        fromTick: number;
        toTick: number;
        from: string;
        to: string;
        reason: string;
        by: string;
        about: string;
        version: string;
        bytes: number;
      }[];
    };
  };
  "recordings.open": {
    params: {
      recording: string;
    };
    result: {
      fromTick: number;
      toTick: number;
      tickHz: number;
      everyTicks: number;
      endedMs: number;
      level: {
        version: string;
        name: string;
        [k: string]: unknown;
      } | null;
      warnings: string[];
    };
  };
  "recordings.path": {
    params: {
      roomId: string;
      scrub: string;
      player: string;
    };
    result: {
      points: [number, number, number, number][];
    };
  };
  "recordings.recorded-frames": {
    params: {
      recording: string;
      fromTick: number;
      toTick: number;
    };
    result: {
      frames: {
        tick: number;
        actors: [string, number, number, number, number][];
      }[];
      who: {
        [k: string]: {
          kind: string;
          name: string;
          player: boolean;
        };
      };
      done: boolean;
      nextTick: number;
      exact: boolean | null;
    };
  };
  "recordings.recorded-path": {
    params: {
      recording: string;
      player: string;
    };
    result: {
      points: [number, number, number, number][];
    };
  };
  "recordings.scrub": {
    params: {
      roomId: string;
      level?: string;
    };
    result: {
      fromTick: number;
      toTick: number;
      tickHz: number;
      everyTicks: number;
      endedMs: number;
      scrub: string;
      level: {
        version: string;
        name: string;
        [k: string]: unknown;
      } | null;
    };
  };
  "recordings.verify": {
    params: {
      recording: string;
    };
    result: {
      exact: boolean;
      ticks: number;
      warnings: string[];
    };
  };
  "reports.claim": {
    params: {
      /**
       * id of the report
       */
      report: string;
    };
    result: {
      id: string;
      at: string;
      game: string;
      roomId: string;
      reporterId: string | null;
      reporterName: string;
      reportedId: string;
      reportedCharacter: string | null;
      reportedName: string;
      reason: "insult" | "harassment" | "cheating" | "spam" | "name" | "other";
      text: string;
      chat: {
        at: string;
        character: string;
        name: string;
        text: string;
        channel?: "whisper" | "party.say";
      }[];
      recording: string | null;
      state: "open" | "claimed" | "decided";
      claimedBy: string;
      claimedAt: string | null;
      outcome: ("sanctioned" | "no-action" | "unfounded" | "abusive") | null;
      decision: string;
      decidedAt: string | null;
      sanctionId: string | null;
      reopened: number;
    };
  };
  "reports.decide": {
    params: {
      /**
       * id of the report
       */
      report: string;
      outcome: "sanctioned" | "no-action" | "unfounded" | "abusive";
      decision?: string;
      /**
       * id of the sanction that was given for it
       */
      sanction?: string;
    };
    result: {
      id: string;
      at: string;
      game: string;
      roomId: string;
      reporterId: string | null;
      reporterName: string;
      reportedId: string;
      reportedCharacter: string | null;
      reportedName: string;
      reason: "insult" | "harassment" | "cheating" | "spam" | "name" | "other";
      text: string;
      chat: {
        at: string;
        character: string;
        name: string;
        text: string;
        channel?: "whisper" | "party.say";
      }[];
      recording: string | null;
      state: "open" | "claimed" | "decided";
      claimedBy: string;
      claimedAt: string | null;
      outcome: ("sanctioned" | "no-action" | "unfounded" | "abusive") | null;
      decision: string;
      decidedAt: string | null;
      sanctionId: string | null;
      reopened: number;
    };
  };
  "reports.list": {
    params: {
      state?: "open" | "claimed" | "decided";
      player?: string;
      before?: string;
      limit?: number;
    };
    result: {
      reports: {
        id: string;
        at: string;
        game: string;
        roomId: string;
        reporterId: string | null;
        reporterName: string;
        reportedId: string;
        reportedCharacter: string | null;
        reportedName: string;
        reason: "insult" | "harassment" | "cheating" | "spam" | "name" | "other";
        text: string;
        chat: {
          at: string;
          character: string;
          name: string;
          text: string;
          channel?: "whisper" | "party.say";
        }[];
        recording: string | null;
        state: "open" | "claimed" | "decided";
        claimedBy: string;
        claimedAt: string | null;
        outcome: ("sanctioned" | "no-action" | "unfounded" | "abusive") | null;
        decision: string;
        decidedAt: string | null;
        sanctionId: string | null;
        reopened: number;
      }[];
      open: number;
      claimed: number;
    };
  };
  "reports.reopen": {
    params: {
      /**
       * id of the report
       */
      report: string;
      reason: string;
    };
    result: {
      id: string;
      at: string;
      game: string;
      roomId: string;
      reporterId: string | null;
      reporterName: string;
      reportedId: string;
      reportedCharacter: string | null;
      reportedName: string;
      reason: "insult" | "harassment" | "cheating" | "spam" | "name" | "other";
      text: string;
      chat: {
        at: string;
        character: string;
        name: string;
        text: string;
        channel?: "whisper" | "party.say";
      }[];
      recording: string | null;
      state: "open" | "claimed" | "decided";
      claimedBy: string;
      claimedAt: string | null;
      outcome: ("sanctioned" | "no-action" | "unfounded" | "abusive") | null;
      decision: string;
      decidedAt: string | null;
      sanctionId: string | null;
      reopened: number;
    };
  };
  "reports.show": {
    params: {
      report: string;
    };
    result: {
      id: string;
      at: string;
      game: string;
      roomId: string;
      reporterId: string | null;
      reporterName: string;
      reportedId: string;
      reportedCharacter: string | null;
      reportedName: string;
      reason: "insult" | "harassment" | "cheating" | "spam" | "name" | "other";
      text: string;
      chat: {
        at: string;
        character: string;
        name: string;
        text: string;
        channel?: "whisper" | "party.say";
      }[];
      recording: string | null;
      state: "open" | "claimed" | "decided";
      claimedBy: string;
      claimedAt: string | null;
      outcome: ("sanctioned" | "no-action" | "unfounded" | "abusive") | null;
      decision: string;
      decidedAt: string | null;
      sanctionId: string | null;
      reopened: number;
    };
  };
  "rooms.addresses": {
    params: {
      roomId: string;
    };
    result: {
      people: {
        session: string;
        account: string;
        character: string;
        name: string;
        role: string;
        as: "player" | "screen" | "spectator";
        pingMs: number | null;
        place: {
          x: number;
          y: number;
          z: number;
        } | null;
        away: boolean;
        travelling: boolean;
        bytesIn: number;
        bytesOut: number;
        address?: string;
      }[];
    };
  };
  "rooms.announce": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
      text: string;
    };
    result: {
      told: number;
    };
  };
  "rooms.close": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
      /**
       * shown to those it concerns
       */
      reason: string;
    };
    result: {
      told: number;
    };
  };
  "rooms.command": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
      line: string;
    };
    result: {
      answer: string;
    };
  };
  "rooms.kick": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
      /**
       * session id
       */
      player: string;
      /**
       * shown to those it concerns
       */
      reason: string;
    };
    result: {
      session: string;
      name: string;
    };
  };
  "rooms.list": {
    params: {
      game?: string;
      processId?: string;
      find?: string;
      locked?: boolean;
      hidden?: boolean;
      empty?: boolean;
      limit?: number;
    };
    result: {
      rooms: {
        roomId: string;
        game: string;
        label: string;
        processId: string;
        players: number;
        maxPlayers: number;
        watching: number;
        locked: boolean;
        hidden: boolean;
        createdAt: string;
      }[];
      all: number;
    };
  };
  "rooms.lock": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
    };
    result: {
      locked: boolean;
    };
  };
  "rooms.move": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
    };
    result: {
      moving: number;
    };
  };
  "rooms.picture": {
    params: {
      roomId: string;
      level?: string;
    };
    result: {
      picture: {
        tick: number;
        level: string;
        actors: [string, number, number, number, number][];
        who: {
          [k: string]: {
            kind: string;
            name: string;
            player: boolean;
          };
        };
        left: number;
      };
      level: {
        version: string;
        name: string;
        [k: string]: unknown;
      } | null;
      tickHz: number;
    };
  };
  "rooms.players": {
    params: {
      roomId: string;
    };
    result: {
      people: {
        session: string;
        account: string;
        character: string;
        name: string;
        role: string;
        as: "player" | "screen" | "spectator";
        pingMs: number | null;
        place: {
          x: number;
          y: number;
          z: number;
        } | null;
        away: boolean;
        travelling: boolean;
        bytesIn: number;
        bytesOut: number;
        address?: string;
      }[];
    };
  };
  "rooms.secrets": {
    params: {
      roomId: string;
      path?: string;
      find?: string;
    };
    result:
      | {
          path: string;
          value: unknown;
          masked: number;
          left: number;
        }
      | {
          found: {
            path: string;
            value: string;
          }[];
          isWhole: boolean;
        };
  };
  "rooms.show": {
    params: {
      roomId: string;
    };
    result: {
      roomId: string;
      game: string;
      label: string;
      locked: boolean;
      hidden: boolean;
      clients: number;
      maxClients: number;
      openedMs: number;
      players: number;
      viewers: number;
      faults: number;
      world: {
        [k: string]: unknown;
      } | null;
      [k: string]: unknown;
    };
  };
  "rooms.state": {
    params: {
      roomId: string;
      path?: string;
      find?: string;
    };
    result:
      | {
          path: string;
          value: unknown;
          masked: number;
          left: number;
        }
      | {
          found: {
            path: string;
            value: string;
          }[];
          isWhole: boolean;
        };
  };
  "rooms.ticks": {
    params: {
      roomId: string;
    };
    result: {
      faults: {
        [k: string]: number;
      };
      traffic: {
        bytesIn: number;
        bytesOut: number;
        clients: number;
        atMs: number;
      };
      world: {
        [k: string]: unknown;
      } | null;
    };
  };
  "rooms.unlock": {
    params: {
      /**
       * code of the room
       */
      roomId: string;
    };
    result: {
      locked: boolean;
    };
  };
  "sanctions.ban-range": {
    params: {
      /**
       * such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48
       */
      range: string;
      /**
       * left out: for good
       */
      minutes?: number;
      /**
       * told to the player
       */
      reason: string;
    };
    result: {
      id: string;
    };
  };
  "sanctions.lift": {
    params: {
      sanction: string;
      reason: string;
    };
    result: {};
  };
  "sanctions.list": {
    params: {
      player?: string;
      ranges?: boolean;
      live?: boolean;
      before?: string;
      limit?: number;
    };
    result: {
      sanctions: {
        id: string;
        kind: "warn" | "mute" | "kick" | "ban";
        accountId: string | null;
        characterId: string | null;
        range: string | null;
        chat: boolean;
        voice: boolean;
        reason: string;
        givenAt: string;
        endsAt: string | null;
        givenBy: string;
        readAt: string | null;
        liftedAt: string | null;
        liftedBy: string;
        liftReason: string;
        live: boolean;
      }[];
    };
  };
  "settings.history": {
    params: {
      kind?: "setting" | "flag";
      name?: string;
      last?: number;
    };
    result: {
      changes: {
        at: string;
        by: string;
        reason: string;
        id: string;
        kind: "setting" | "flag";
        name: string;
        /**
         * absent: nothing was set
         */
        before?: {
          [k: string]: unknown;
        };
        /**
         * absent: it was reset
         */
        after?: {
          [k: string]: unknown;
        };
      }[];
    };
  };
  "settings.list": {
    params: {
      search?: string;
    };
    result: {
      profile: string;
      settings: {
        name: string;
        /**
         * prefix of a game, name of a plugin, or roomkeep
         */
        owner: string;
        description: string;
        /**
         * type, range and default, as JSON Schema
         */
        schema: {
          [k: string]: unknown;
        };
        /**
         * in the process that answers
         */
        value?: {
          [k: string]: unknown;
        };
        from: "default" | "profile" | "with" | "file" | "live" | "environment";
        /**
         * when what is set here counts: at once, after a restart, or it cannot be set here
         */
        change: "live" | "restart" | "environment";
        /**
         * counts after a restart; without a value it was reset
         */
        waiting?: {
          value?: unknown;
        };
        /**
         * why the stored value is set aside
         */
        refused?: string;
        changed?: {
          at: string;
          by: string;
          reason: string;
        };
      }[];
      /**
       * stored, and no setting of this version
       */
      leftOver: {
        name: string;
        value: unknown;
      }[];
    };
  };
  "settings.reset": {
    params: {
      /**
       * the environment variable, such as LOG_LEVEL
       */
      name: string;
      reason: string;
    };
    result: {
      name: string;
      before?: unknown;
    };
  };
  "settings.set": {
    params: {
      /**
       * the environment variable, such as LOG_LEVEL
       */
      name: string;
      /**
       * as in an environment variable: text or JSON
       */
      value: string;
      reason: string;
    };
    result: {
      name: string;
      /**
       * what was set; absent: nothing was
       */
      before?: {
        [k: string]: unknown;
      };
      after: unknown;
      counts: "live" | "restart";
    };
  };
  "sign-in": {
    params: {
      login: string;
      password: string;
      code?: string;
    };
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
      permissions: (
        | "look"
        | "secrets"
        | "sanction"
        | "reports"
        | "rooms"
        | "command"
        | "recordings"
        | "accounts"
        | "items"
        | "export"
        | "delete"
        | "settings"
        | "flags"
        | "audit"
        | "operators"
      )[];
      /**
       * sent with each POST as x-roomkeep-csrf
       */
      csrf: string;
      totp: {
        set: boolean;
        required: boolean;
      };
      idleMinutes: number;
    };
  };
  "sign-out": {
    params: {};
    result: null;
  };
  "totp.begin": {
    params: {
      password: string;
    };
    result: {
      uri: string;
      secret: string;
    };
  };
  "totp.confirm": {
    params: {
      code: string;
    };
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
      permissions: (
        | "look"
        | "secrets"
        | "sanction"
        | "reports"
        | "rooms"
        | "command"
        | "recordings"
        | "accounts"
        | "items"
        | "export"
        | "delete"
        | "settings"
        | "flags"
        | "audit"
        | "operators"
      )[];
      /**
       * sent with each POST as x-roomkeep-csrf
       */
      csrf: string;
      totp: {
        set: boolean;
        required: boolean;
      };
      idleMinutes: number;
    };
  };
  "totp.remove": {
    params: {
      password: string;
      code: string;
    };
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
      permissions: (
        | "look"
        | "secrets"
        | "sanction"
        | "reports"
        | "rooms"
        | "command"
        | "recordings"
        | "accounts"
        | "items"
        | "export"
        | "delete"
        | "settings"
        | "flags"
        | "audit"
        | "operators"
      )[];
      /**
       * sent with each POST as x-roomkeep-csrf
       */
      csrf: string;
      totp: {
        set: boolean;
        required: boolean;
      };
      idleMinutes: number;
    };
  };
  welcome: {
    params: {
      code: string;
      name: string;
      password: string;
    };
    result: {
      id: string;
      name: string;
      role: "player" | "moderator" | "operator" | "admin";
      permissions: (
        | "look"
        | "secrets"
        | "sanction"
        | "reports"
        | "rooms"
        | "command"
        | "recordings"
        | "accounts"
        | "items"
        | "export"
        | "delete"
        | "settings"
        | "flags"
        | "audit"
        | "operators"
      )[];
      /**
       * sent with each POST as x-roomkeep-csrf
       */
      csrf: string;
      totp: {
        set: boolean;
        required: boolean;
      };
      idleMinutes: number;
    };
  };
  "zones.list": {
    params: {};
    result: {
      zones: {
        id: string;
        zone: string;
        version: number;
        savedAt: string;
        quarantinedAt: string;
        bytes: number;
        reason: string;
      }[];
    };
  };
  "zones.restore": {
    params: {
      /**
       * under which it was set aside
       */
      id: string;
    };
    result: {
      restored: string;
      zone: string;
      /**
       * what the zone had saved since
       */
      aside?: string;
    };
  };
  "zones.set-aside": {
    params: {
      zone: string;
      reason: string;
    };
    result: {
      zone: string;
      aside: string;
    };
  };
}
