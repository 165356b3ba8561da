/** The log lines a model writes while it runs, as far as the clock has come. */
import { type Job, logCount, logMoment } from "./job.ts";

export interface Log {
  readonly message: string;
  readonly timestamp: string;
  readonly level: "INFO" | "STDERR";
  readonly source: "USER";
}

/** Lines are a function of time, so none is stored; `from` skips those already told. */
export function logsOf(job: Job, from = 0): Log[] {
  if (job.startedAt === undefined) return [];
  const count = logCount(job);
  const now = job.finishedAt ?? performance.now();
  const logs: Log[] = [];
  for (let index = from; index < count; index++) {
    const at = logMoment(job, index, count);
    // A failed request stops in the middle; timers may fire a millisecond early.
    if (at > now + 1) break;
    const timestamp = new Date(performance.timeOrigin + at).toISOString();
    logs.push({ ...line(index, count), timestamp, source: "USER" });
  }
  return logs;
}

function line(index: number, count: number): Pick<Log, "message" | "level"> {
  if (index === 0) return { message: "Starting generation", level: "INFO" };
  const done = index / Math.max(1, count - 1);
  const bar = "█".repeat(Math.round(done * 10)).padEnd(10, " ");
  const percent = String(Math.round(done * 100)).padStart(3);
  // Progress bars reach fal's logs through the standard error stream.
  return { message: `${percent}%|${bar}| ${index}/${Math.max(1, count - 1)}`, level: "STDERR" };
}
