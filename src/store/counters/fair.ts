/** Fair turns in one process: each owner's next call has a tag, and the lowest is served. */
import type { LineOptions, Server, Waiter } from "./line.ts";
import { aheadOf } from "./standings.ts";

/**
 * Start-time fair queueing (Goyal, Vin, Cheng 1996), with calls as its units: an owner's tag grows
 * by 1/weight with each turn, and who comes back or comes anew begins at the tag served last. A new
 * owner is so before the second call of anybody else, however many are waiting. The tag belongs to
 * the owner and not to its calls: those that give up cost the rest of its line nothing.
 */
interface Owner {
  tag: number;
  weight: number;
  waiting: Set<Waiter>;
}

export function createFairServer({ limit, lanes }: LineOptions): Server {
  /** Those with somebody waiting; among equal tags the first is served first. */
  const owners = new Map<string, Owner>();
  /** Tags above the last one served, of owners of whom nobody waits. */
  const rested = new Map<string, number>();
  const taken = new Map<string, string>();
  const counts = new Map<string, number>();
  let latest = 0;

  function freeLane(): string | undefined {
    let free: string | undefined;
    let least = limit;
    for (const lane of lanes()) {
      const count = counts.get(lane) ?? 0;
      if (count >= least) continue;
      least = count;
      free = lane;
    }
    return free;
  }

  function count(lane: string, change: number): void {
    const left = (counts.get(lane) ?? 0) + change;
    if (left > 0) counts.set(lane, left);
    else counts.delete(lane);
  }

  function nextOwner(): [string, Owner] | undefined {
    let next: [string, Owner] | undefined;
    for (const entry of owners) if (!next || entry[1].tag < next[1].tag) next = entry;
    return next;
  }

  function forgetRested(): void {
    if (rested.size < 1000) return;
    for (const [owner, tag] of rested) if (tag <= latest) rested.delete(owner);
  }

  function serve(): void {
    for (let lane = freeLane(); lane !== undefined; lane = freeLane()) {
      const [name, owner] = nextOwner() ?? [];
      if (!name || !owner) return;
      const [waiter] = owner.waiting;
      owner.waiting.delete(waiter!);
      latest = owner.tag;
      owner.tag += 1 / owner.weight;
      if (owner.waiting.size === 0) rest(name, owner);
      taken.set(waiter!.id, lane);
      count(lane, 1);
      waiter!.served(lane);
    }
  }

  function rest(name: string, { tag }: Owner): void {
    owners.delete(name);
    rested.set(name, tag);
    forgetRested();
  }

  return {
    enter(waiter) {
      const { owner: name, weight } = waiter;
      const owner = owners.get(name) ?? {
        tag: Math.max(latest, rested.get(name) ?? latest),
        weight,
        waiting: new Set(),
      };
      rested.delete(name);
      owner.weight = weight;
      owner.waiting.add(waiter);
      owners.set(name, owner);
      serve();
    },
    leave(waiter) {
      const owner = owners.get(waiter.owner);
      if (!owner?.waiting.delete(waiter)) return;
      if (owner.waiting.size === 0) rest(waiter.owner, owner);
    },
    occupy(id, lane) {
      if (taken.has(id)) return;
      taken.set(id, lane);
      count(lane, 1);
    },
    release(id, lane) {
      if (!taken.delete(id)) return;
      count(lane, -1);
      serve();
    },
    async ahead() {
      const standings = [...owners.values()].map(({ tag, weight, waiting }) => ({
        ...{ tag, weight, waiting },
        count: waiting.size,
      }));
      return new Map(
        standings.flatMap(({ waiting }, owner) =>
          [...waiting].map(({ id }, index) => [id, aheadOf(standings, owner, index)] as const),
        ),
      );
    },
  };
}
