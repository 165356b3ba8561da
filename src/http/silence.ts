/** Noticing silence on thousands of connections at once, with one timer for all that wait equally long. */

/** Told that nothing was heard. An object and no closure, for there are as many as connections. */
export interface Listener {
  silent(): void;
}

/** A timer for each stream would cost more memory than all that a stream has to remember. */
export interface Silence {
  /** Something was heard: the time starts anew. */
  broken(): void;
  /** Nobody listens any more. */
  stop(): void;
}

/** Ticks within one silence, each of whole milliseconds: it is noticed never before its end, and soon after. */
const TICKS = 16;

class Group {
  readonly members = new Set<Member>();
  now = 0;
  #timer: Timer | undefined;

  constructor(readonly ms: number) {}

  add(member: Member): void {
    this.members.add(member);
    this.#timer ??= setInterval(() => this.#tick(), Math.ceil(this.ms / TICKS));
  }

  remove(member: Member): void {
    this.members.delete(member);
    if (this.members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    groups.delete(this.ms);
  }

  #tick(): void {
    this.now += 1;
    for (const member of this.members) member.tick();
  }
}

class Member implements Silence {
  #heard: number;
  readonly #group: Group;
  readonly #listener: Listener;

  constructor(group: Group, listener: Listener) {
    this.#group = group;
    this.#listener = listener;
    this.#heard = group.now;
    group.add(this);
  }

  /** What was heard just before a tick has been silent for hardly any time at it, so one more is waited. */
  tick(): void {
    if (this.#group.now - this.#heard <= TICKS) return;
    this.#heard = this.#group.now;
    this.#listener.silent();
  }

  broken(): void {
    this.#heard = this.#group.now;
  }

  stop(): void {
    this.#group.remove(this);
  }
}

const groups = new Map<number, Group>();

/** Tells of `ms` milliseconds of silence, and again of as many more, until it is stopped. */
export function onSilence(ms: number, listener: Listener): Silence {
  const group = groups.get(ms) ?? new Group(ms);
  groups.set(ms, group);
  return new Member(group, listener);
}
