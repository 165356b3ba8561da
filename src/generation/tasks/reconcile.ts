/** Finding the request that a lost submission became: fal's own list is asked, and nothing is guessed. */
import { appOf } from "../../fal/endpoint.ts";
import type { History, Past } from "../../fal/history.ts";
import type { FalKey, FalKeys } from "../../fal/keys.ts";
import type { Job } from "../../fal/queue.ts";
import type { Log } from "../../log.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import { hash } from "../plan.ts";
import type { Reconcile } from "./ledger-parts.ts";
import { rest } from "./vital.ts";

export interface ReconcileOptions {
  history: History;
  keys: FalKeys;
  /** Which of fal's requests belong to a task already. */
  known(requestIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Base of fal's queue. */
  queueUrl: string;
  log: Log;
  /** Milliseconds for which it is looked for: fal may list a request only once it is over. */
  patienceMs: number;
}

/** Looks follow each other from half a second on, by twice as long, up to half a minute. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How far fal's clock may be from ours, and how long a submission may take. */
const BEFORE_MS = 60_000;
const AFTER_MS = 5 * 60_000;

export function createReconcile(options: ReconcileOptions): Reconcile {
  const { history, keys, known, queueUrl, log, patienceMs } = options;

  /** Undefined where fal tells nothing of this key's requests. */
  async function look(call: CallRecord, key: FalKey): Promise<readonly Past[] | undefined> {
    const { endpoint, input, submittedAt } = call;
    const past = await history
      .of(key, endpoint, submittedAt - BEFORE_MS, submittedAt + AFTER_MS)
      .catch((error: unknown) => {
        log.warn("fal's list of requests cannot be read", { endpoint, error });
        return [];
      });
    const wanted = hash(input);
    const same = past?.filter((each) => each.input !== undefined && hash(each.input) === wanted);
    const taken = await known(same?.map(({ requestId }) => requestId) ?? []);
    return same?.filter(({ requestId }) => !taken.has(requestId));
  }

  function jobOf({ requestId }: Past, { endpoint }: CallRecord, key: FalKey): Job {
    const url = `${queueUrl.replace(/\/+$/, "")}/${appOf(endpoint)}/requests/${requestId}`;
    return { requestId, endpoint, key, url };
  }

  return async (call, halt) => {
    for (let passed = 0, pause = FIRST_MS; !halt.aborted; pause = Math.min(2 * pause, LONGEST_MS)) {
      const looks = await Promise.all(
        keys.all.map(async (key) => ({ key, found: await look(call, key) })),
      );
      if (looks.every(({ found }) => found === undefined)) return undefined;
      const [nearest] = looks
        .flatMap(({ key, found = [] }) => found.map((past) => ({ key, past })))
        .sort((a, b) => far(a.past, call) - far(b.past, call));
      if (nearest) return jobOf(nearest.past, call, nearest.key);
      if (passed >= patienceMs) return undefined;
      await rest(pause, halt);
      passed += pause;
    }
    return undefined;
  };
}

const far = ({ sentAt }: Past, { submittedAt }: CallRecord) => Math.abs(sentAt - submittedAt);
