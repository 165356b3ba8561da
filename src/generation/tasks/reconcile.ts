/** Finding the request that a lost submission became: fal's own list is asked, and nothing is guessed. */
import { appOf } from "../../fal/endpoint.ts";
import type { History, Past } from "../../fal/history.ts";
import type { FalKey, FalKeys } from "../../fal/keys.ts";
import type { Log } from "../../log.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import { hash } from "../plan.ts";
import type { Reconcile } from "./ledger.ts";
import { rest } from "./vital.ts";

export interface ReconcileOptions {
  history: History;
  keys: FalKeys;
  /** Which of fal's requests belong to a task already. */
  known(requestIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Base of fal's queue. */
  queueUrl: string;
  log: Log;
  /** Milliseconds before each look: fal may list a request only once it is over. */
  schedule?: readonly number[];
}

const SCHEDULE = [0, 5, 10, 15, 30, 60, 60, 120, 300].map((seconds) => seconds * 1000);

/** How far fal's clock may be from ours, and how long a submission may take. */
const BEFORE_MS = 60_000;
const AFTER_MS = 5 * 60_000;

export function createReconcile(options: ReconcileOptions): Reconcile {
  const { history, keys, known, queueUrl, log, schedule = SCHEDULE } = options;

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

  return async (call, halt) => {
    for (const delay of schedule) {
      await rest(delay, halt);
      if (halt.aborted) return undefined;
      const looks = await Promise.all(
        keys.all.map(async (key) => ({ key, found: await look(call, key) })),
      );
      if (looks.every(({ found }) => found === undefined)) return undefined;
      const [nearest] = looks
        .flatMap(({ key, found = [] }) => found.map((past) => ({ key, past })))
        .sort((a, b) => far(a.past, call) - far(b.past, call));
      if (!nearest) continue;
      const { requestId } = nearest.past;
      const url = `${queueUrl.replace(/\/+$/, "")}/${appOf(call.endpoint)}/requests/${requestId}`;
      return { requestId, endpoint: call.endpoint, key: nearest.key, url };
    }
    return undefined;
  };
}

const far = ({ sentAt }: Past, { submittedAt }: CallRecord) => Math.abs(sentAt - submittedAt);
