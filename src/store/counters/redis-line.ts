/** Fair turns over all instances, in Redis; in this process alone while Redis is lost. */
import type { Argument, Connection, Script } from "./connection.ts";
import { CountersLost } from "./counters.ts";
import { createFairServer } from "./fair.ts";
import { LEASE_MS, type Leased, LONG_LEASE_MS } from "./leases.ts";
import type { LineOptions, Server, Waiter } from "./line.ts";
import { ENTER, ENTER_AGAIN, GIVE_BACK, LEAVE, RENEW_LINE, STANDINGS } from "./line-lua.ts";
import { aheadIn, type Standings } from "./standings.ts";

export interface RedisServer extends Server, Leased {
  /** Redis has given a turn when another instance asked, which has told of it. */
  granted(id: string, lane: string): void;
  /** Redis is lost: this process goes on alone until a renewal succeeds. */
  fell(): void;
}

export interface RedisLineOptions extends LineOptions {
  connection: () => Connection;
  /** What the line's keys begin with, and its turns are told under. */
  prefix: string;
  identity: string;
  channel: string;
}

export function createRedisServer(options: RedisLineOptions): RedisServer {
  const { connection, prefix, identity, channel, limit, lanes } = options;
  const waiting = new Map<string, Waiter>();
  /** As Redis has it, by id: `lane id`. */
  const taken = new Map<string, string>();
  const unreturned: string[] = [];
  let local: Server | undefined;

  const marked = ({ id, survives }: Pick<Waiter, "id" | "survives">) => (survives ? `+${id}` : id);
  const named = ({ id, owner, weight, survives }: Waiter) => [
    ...[marked({ id, survives }), owner, weight],
  ];

  const run = (what: Script, args: readonly Argument[], through = connection().run) =>
    through(
      what,
      [prefix],
      [...[identity, LEASE_MS, LONG_LEASE_MS, limit, lanes().join(" "), channel], ...args],
    );

  /** Redis gives this instance's turns with every answer: id, lane, id, lane… */
  function grant(turns: unknown): void {
    const words = turns as string[];
    for (let index = 0; index < words.length; index += 2) granted(words[index]!, words[index + 1]!);
  }

  function granted(mark: string, lane: string): void {
    const id = mark.replace(/^\+/, "");
    if (taken.has(id)) return;
    const waiter = waiting.get(id);
    // Its leaving and its turn have passed each other on the way.
    if (!waiter) return giveBack(`${lane} ${mark}`);
    local?.leave(waiter);
    local?.occupy(id, lane, waiter.survives);
    waiter.served(lane);
  }

  function giveBack(member: string): void {
    run(GIVE_BACK, [member]).then(grant, (error: unknown) => {
      expectLost(error);
      unreturned.push(member);
    });
  }

  function fell(): void {
    if (local) return;
    local = createFairServer(options);
    for (const [id, member] of taken) local.occupy(id, member.split(" ")[0]!, false);
    for (const waiter of [...waiting.values()]) local.enter(waiter);
  }

  function enterAgain(through?: Connection["run"]): Promise<unknown> {
    return run(ENTER_AGAIN, [...waiting.values()].flatMap(named), through);
  }

  return {
    enter(waiter) {
      const entered: Waiter = {
        ...waiter,
        served(lane) {
          waiting.delete(waiter.id);
          taken.set(waiter.id, `${lane} ${marked(waiter)}`);
          waiter.served(lane);
        },
      };
      waiting.set(waiter.id, entered);
      if (local) return local.enter(entered);
      run(ENTER, named(waiter)).then(grant, (error: unknown) => {
        expectLost(error);
        fell();
      });
    },
    leave({ id, owner, survives }) {
      const waiter = waiting.get(id);
      waiting.delete(id);
      if (local && waiter) return local.leave(waiter);
      // Where Redis is not told, its turn finds nobody here and is given back.
      run(LEAVE, [marked({ id, survives }), owner]).then(grant, expectLost);
    },
    occupy(id, lane, survives) {
      const member = `${lane} ${marked({ id, survives })}`;
      taken.set(id, member);
      if (local) return local.occupy(id, lane, survives);
      run(RENEW_LINE, [member]).then(grant, expectLost);
    },
    release(id, lane) {
      const member = taken.get(id);
      taken.delete(id);
      local?.release(id, lane);
      if (member) giveBack(member);
    },
    async ahead() {
      if (local) return local.ahead();
      const owners = [...new Set([...waiting.values()].map(({ owner }) => owner))];
      const standings = (await run(STANDINGS, owners)) as Standings;
      return aheadIn(standings, owners, identity);
    },
    granted,
    fell,
    async renew(through, known) {
      grant(await run(RENEW_LINE, [...taken.values()], through));
      for (const member of unreturned.splice(0)) giveBack(member);
      const anew = local !== undefined || !known;
      local = undefined;
      if (!anew || waiting.size === 0) return;
      grant(
        await enterAgain(through).catch((error: unknown) => {
          fell();
          throw error;
        }),
      );
    },
  };
}

function expectLost(error: unknown): void {
  if (!(error instanceof CountersLost)) throw error;
}
