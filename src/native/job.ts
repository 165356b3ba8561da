/** A remembered request as fal's queue knows it. */
import { FalError } from "../fal/error.ts";
import type { FalKeys } from "../fal/keys.ts";
import type { Job } from "../fal/queue.ts";
import type { FalRequest } from "../store/request.ts";

/** Nothing when the key that submitted it is not configured any more: no other can see it. */
export type JobOf = (request: FalRequest) => Job | undefined;

export function createJobOf(keys: FalKeys, queueUrl: string): JobOf {
  const queue = queueUrl.replace(/\/+$/, "");
  return ({ requestId, endpoint, app, falKey }) => {
    const key = keys.byId(falKey);
    return key && { requestId, endpoint, key, url: `${queue}/${app}/requests/${requestId}` };
  };
}

/** The same; a request that was submitted under no key that is known is asked for under any. */
export function createJobUnderAny(keys: FalKeys, queueUrl: string): (request: FalRequest) => Job {
  const queue = queueUrl.replace(/\/+$/, "");
  return ({ requestId, endpoint, app, falKey }) => {
    const key = keys.byId(falKey) ?? keys.next();
    if (!key) throw new FalError({ status: 401, message: "no fal key is configured" });
    return { requestId, endpoint, key, url: `${queue}/${app}/requests/${requestId}` };
  };
}
