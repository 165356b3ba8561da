/** A failed generation as fal sends it: status, body and headers. */
import type { Fields } from "./call.ts";
import { infrastructureErrors, modelErrors } from "./fault-types.ts";
import { amount, type Marker } from "./marker.ts";

/** A failure, ready to be sent. */
export interface Fault {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly body: unknown;
  readonly headers: Record<string, string>;
}

/** One entry of fal's `detail`. */
export interface Problem {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly input?: unknown;
  readonly ctx?: Fields;
  readonly url?: string;
}

const noUnits = { "X-Fal-Billable-Units": "0" };

/** The model's or pydantic's list of problems. */
export function invalid(problems: readonly Problem[], retryable = false, status = 422): Fault {
  const [first] = problems;
  return {
    type: first?.type ?? "value_error",
    status,
    message: first?.msg ?? "Validation error",
    body: { detail: problems },
    headers: { ...noUnits, "X-Fal-Retryable": String(retryable) },
  };
}

/** fal's plain `{detail}`, with the machine-readable type when there is one. */
export function plain(status: number, message: string, type?: string, retryable = false): Fault {
  return {
    type: type ?? "bad_request",
    status,
    message,
    body: type ? { detail: message, error_type: type } : { detail: message },
    headers: {
      ...noUnits,
      "X-Fal-Retryable": String(retryable),
      ...(type && { "X-Fal-Error-Type": type }),
    },
  };
}

/** Over the account's concurrency on fal.run, where nothing holds a request back. */
export function tooManyRequests(): Fault {
  const message = "Too many concurrent requests";
  const fault = plain(429, message, "concurrent_requests_limit", true);
  return { ...fault, headers: { ...fault.headers, "X-Fal-needs-retry": "1" } };
}

/** The error of that type, about the field it usually is about. */
export function faultOf(type: string, input: Fields = {}, marker?: Marker): Fault {
  const fault = build(type, input);
  const units = amount(marker?.get("billed"));
  if (units === undefined) return fault;
  return { ...fault, headers: { ...fault.headers, "X-Fal-Billable-Units": String(units) } };
}

function build(type: string, input: Fields): Fault {
  const around = infrastructureErrors[type];
  if (around) return plain(around.status, around.msg, type, around.retryable);
  if (type === "concurrent_requests_limit") return tooManyRequests();
  if (type === "plain") return plain(422, "The request could not be processed");
  const known = modelErrors[type] ?? { msg: type.replaceAll("_", " ") };
  const { msg, ctx, status = 422, retryable = false, about, raw } = known;
  const named =
    (about ?? ["prompt", "text"]).find((name) => name in input) ?? about?.[0] ?? "prompt";
  const everything = about?.length === 0;
  const problem: Problem = {
    loc: everything ? ["body"] : ["body", named],
    msg,
    type,
    ...(!raw && { url: `https://docs.fal.ai/errors/#${type}` }),
    ...(ctx && { ctx }),
    input: everything || raw ? input : (input[named] ?? null),
  };
  return invalid([problem], retryable, status);
}
