/** The queue: requests wait, run and complete, each moved on by one timer at most. */
import { faultOf, plain } from "./fault.ts";
import { sizeOf } from "./forget.ts";
import { finishOf, type Job, type Lane, markedPosition, nextMoment } from "./job.ts";
import { createLane, inOrder, noteBusy, positionIn } from "./lane.ts";
import { duration } from "./marker.ts";
import type { Outcome, Work } from "./work.ts";

export interface QueueRules {
  readonly concurrency: () => number;
  readonly queueTime: () => number;
  readonly runTime: (work: Work) => number;
  /** Milliseconds to remember an outcome of that many characters for. */
  readonly forgetAfter: (size: number) => number;
  readonly perform: (work: Work) => Promise<Outcome>;
  readonly settled: (job: Job, outcome: Outcome) => void;
}

export interface Entry {
  readonly priority?: "normal" | "low";
  /** Milliseconds within which it must start. */
  readonly startWithin?: number;
  readonly webhook?: string;
}

export interface Queue {
  submit(work: Work, entry?: Entry): Job;
  find(id: string): Job | undefined;
  position(job: Job): number;
  waiting(key: string): number;
  /** The most requests of a key that waited and ran at any one time. */
  busiest(): Record<string, number>;
  cancel(job: Job): void;
  watch(job: Job, watcher: () => void): () => void;
  /** Runs without waiting; undefined when the key has no slot left. */
  direct(work: Work): Promise<Outcome> | undefined;
  clear(): void;
}

/** Completed requests, and characters of their results, kept at most: a long run must not grow. */
const remembered = 20_000;
const rememberedSize = 64 * 1024 * 1024;
/** Changed positions reach status streams this often at most. */
const newsEvery = 100;

export function createQueue(rules: QueueRules): Queue {
  const jobs = new Map<string, Job>();
  const completed: Job[] = [];
  let completedSize = 0;
  const lanes = new Map<string, Lane>();

  function laneOf(key: string) {
    const lane = lanes.get(key) ?? createLane();
    lanes.set(key, lane);
    return lane;
  }

  function notify(job: Job) {
    for (const watcher of [...job.watchers]) watcher();
  }

  /** Asks for the next moment at which something about this request changes. */
  function arm(job: Job) {
    clearTimeout(job.timer);
    const at = nextMoment(job, laneOf(job.key));
    if (at === undefined) return;
    job.timer = setTimeout(() => tick(job), Math.max(0, at - performance.now()));
  }

  function tick(job: Job) {
    const now = performance.now();
    if (job.state === "IN_PROGRESS") {
      if (now >= finishOf(job) - 1) return job.pending && settle(job, job.pending);
      notify(job);
      return arm(job);
    }
    if (job.state === "COMPLETED") return;
    if (job.deadline !== undefined && now >= job.deadline - 1) {
      const timeout = faultOf("request_timeout");
      const headers = { ...timeout.headers, "X-Fal-Request-Timeout-Type": "user" };
      return settle(job, { fault: { ...timeout, headers } });
    }
    const lane = laneOf(job.key);
    if (now >= job.submittedAt + job.queueTime - 1) {
      lane.ready[job.priority].add(job);
      pump(lane);
    }
    if (job.state !== "IN_QUEUE") return;
    notify(job);
    arm(job);
  }

  /** Starts those at the head for whom there is a slot. */
  function pump(lane: Lane) {
    delete lane.positions;
    for (const job of inOrder(lane)) {
      if (lane.running >= rules.concurrency()) break;
      leave(job, lane);
      start(job, lane);
    }
    if (lane.news || lane.ready.normal.size + lane.ready.low.size === 0) return;
    lane.news = setTimeout(() => {
      delete lane.news;
      for (const job of [...inOrder(lane)]) if (job.watchers.size) notify(job);
    }, newsEvery);
  }

  function leave(job: Job, lane: Lane) {
    lane.ready[job.priority].delete(job);
    lane.waiting--;
    delete lane.positions;
  }

  function start(job: Job, lane: Lane) {
    lane.running++;
    job.state = "IN_PROGRESS";
    job.startedAt = performance.now();
    notify(job);
    arm(job);
    void perform(job).then((outcome) => {
      job.pending = outcome;
      const early = outcome.fault && outcome.early;
      if (early || performance.now() >= finishOf(job) - 1) settle(job, outcome);
    });
  }

  function perform(work: Work) {
    // A defect of the sandbox must look like a failed request, not end the process.
    return rules
      .perform(work)
      .catch((cause): Outcome => ({ fault: plain(500, String(cause), "internal_error", true) }));
  }

  function settle(job: Job, outcome: Outcome) {
    if (job.state === "COMPLETED" || !jobs.has(job.id)) return;
    const lane = laneOf(job.key);
    if (job.state === "IN_QUEUE") leave(job, lane);
    if (job.state === "IN_PROGRESS") lane.running--;
    clearTimeout(job.timer);
    delete job.timer;
    job.state = "COMPLETED";
    job.finishedAt = performance.now();
    job.outcome = outcome;
    delete job.pending;
    // An input may be a film as a data URL, and nobody asks for it again.
    job.input = {};
    job.size = sizeOf(outcome);
    job.forgetAt = job.finishedAt + rules.forgetAfter(job.size);
    completed.push(job);
    completedSize += job.size;
    forget();
    notify(job);
    job.watchers.clear();
    rules.settled(job, outcome);
    pump(lane);
  }

  function forget() {
    const now = performance.now();
    let due = 0;
    const full = () => completed.length - due > remembered || completedSize > rememberedSize;
    while (due < completed.length - 1 && (full() || (completed[due]!.forgetAt ?? 0) < now)) {
      completedSize -= completed[due]!.size ?? 0;
      jobs.delete(completed[due]!.id);
      due++;
    }
    completed.splice(0, due);
  }

  return {
    submit(work, entry = {}) {
      const now = performance.now();
      const { marker } = work;
      const job: Job = {
        ...work,
        state: "IN_QUEUE",
        priority: entry.priority ?? "normal",
        submittedAt: now,
        queueTime: duration(marker.get("queue")) ?? rules.queueTime(),
        runTime: duration(marker.get("run")) ?? rules.runTime(work),
        watchers: new Set(),
        ...(entry.startWithin !== undefined && { deadline: now + entry.startWithin }),
        ...(entry.webhook !== undefined && { webhook: entry.webhook }),
      };
      jobs.set(job.id, job);
      laneOf(job.key).waiting++;
      noteBusy(laneOf(job.key));
      arm(job);
      return job;
    },
    find(id) {
      const job = jobs.get(id);
      if (job?.forgetAt === undefined || job.forgetAt > performance.now()) return job;
      jobs.delete(id);
      return undefined;
    },
    position: (job) => markedPosition(job) ?? positionIn(laneOf(job.key), job),
    busiest: () => Object.fromEntries([...lanes].map(([key, { busiest }]) => [key, busiest])),
    waiting: (key) => lanes.get(key)?.waiting ?? 0,
    cancel(job) {
      // Once it runs, a cancel is only a signal, which the app may not heed.
      if (job.state === "IN_PROGRESS" && job.marker.get("cancel") === "ignored") return;
      settle(job, { fault: faultOf("client_cancelled") });
    },
    watch(job, watcher) {
      job.watchers.add(watcher);
      // Log lines wake the timer only while somebody looks on.
      if (job.state !== "COMPLETED") arm(job);
      return () => job.watchers.delete(watcher);
    },
    direct(work) {
      const lane = laneOf(work.key);
      if (lane.running >= rules.concurrency()) return undefined;
      lane.running++;
      noteBusy(lane);
      const time = duration(work.marker.get("run")) ?? rules.runTime(work);
      const started = performance.now();
      return perform(work).then(async (outcome) => {
        const left = outcome.fault && outcome.early ? 0 : time - (performance.now() - started);
        if (left > 0) await Bun.sleep(left);
        lane.running--;
        pump(lane);
        return outcome;
      });
    },
    clear() {
      for (const job of jobs.values()) clearTimeout(job.timer);
      for (const lane of lanes.values()) clearTimeout(lane.news);
      const watched = [...jobs.values()].filter((job) => job.watchers.size);
      jobs.clear();
      lanes.clear();
      completed.length = 0;
      completedSize = 0;
      for (const job of watched) notify(job);
    },
  };
}
