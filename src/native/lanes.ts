/** A few at a time under one name: the rest wait their turn, other names do not. */

export interface Lanes {
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

export function createLanes(width: number): Lanes {
  const lanes = new Map<string, { running: number; waiting: (() => void)[] }>();

  return {
    async run(name, work) {
      const lane = lanes.get(name) ?? { running: 0, waiting: [] };
      lanes.set(name, lane);
      // A place is handed on, not given back, where somebody waits for it.
      if (lane.running >= width) await new Promise<void>((enter) => lane.waiting.push(enter));
      else lane.running += 1;
      try {
        return await work();
      } finally {
        const next = lane.waiting.shift();
        if (next) next();
        else lane.running -= 1;
        if (lane.running === 0) lanes.delete(name);
      }
    },
  };
}
