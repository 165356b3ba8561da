/** Every way a request can fail, in one place: whatever was thrown becomes OpenAI's error. */
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ValidationError } from "elysia";
import { FalError, type Fault } from "./fal/error.ts";
import { ApiError } from "./openai/error.ts";
import { foremost, unfit } from "./openai/unfit.ts";

interface Rendering {
  status: number;
  type: string;
  code: string;
  message: string;
}

/** No client sends a call again after these (openai-clients: 400, 402, 403, 422, 424 are final). */
const FINAL = { "x-should-retry": "false" };

const INVALID = "invalid_request_error";
const UPSTREAM = "upstream_error";

/**
 * What fal says of a request, by the `type` of its detail or its `error_type`
 * (docs.fal.ai, "Errors"). Types that are not listed are validation errors of the model.
 */
const BY_TYPE: Readonly<Record<string, Rendering>> = {
  content_policy_violation: {
    status: 400,
    type: INVALID,
    code: "content_policy_violation",
    message: "The request was refused by the model's content policy.",
  },
  no_media_generated: {
    status: 422,
    type: INVALID,
    code: "no_media_generated",
    message: "The model finished without making anything. Another wording may succeed.",
  },
  internal_server_error: upstream(502, "The model failed."),
  internal_error: upstream(502, "The model failed."),
  runner_server_error: upstream(502, "The model failed."),
  runner_incomplete_response: upstream(502, "The model's answer was cut short."),
  downstream_service_error: upstream(502, "A service that the model depends on failed."),
  downstream_service_unavailable: upstream(503, "A service that the model depends on is down."),
  generation_timeout: upstream(504, "The model took too long.", "upstream_timeout"),
  request_timeout: upstream(504, "The model took too long.", "upstream_timeout"),
  startup_timeout: upstream(504, "The model took too long to start.", "upstream_timeout"),
  runner_scheduling_failure: upstream(503, "The model has no machine to run on right now."),
  runner_connection_timeout: upstream(503, "The model could not be reached."),
  runner_disconnected: upstream(503, "The model was interrupted."),
  runner_connection_refused: upstream(503, "The model could not be reached."),
  runner_connection_error: upstream(503, "The model could not be reached."),
  client_cancelled: {
    status: 400,
    type: INVALID,
    code: "cancelled",
    message: "The generation was cancelled.",
  },
  concurrent_requests_limit: {
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    message: "Too many generations are running. Try again shortly.",
  },
};

/** What fal says by status alone, where it names no type. */
const BY_STATUS: Readonly<Record<number, Rendering>> = {
  401: upstream(
    502,
    "The gateway's key was refused upstream. Its owner has been told in the log.",
    "upstream_key_refused",
  ),
  404: {
    status: 404,
    type: INVALID,
    code: "model_not_found",
    message: "The model is no longer available upstream.",
  },
  429: BY_TYPE.concurrent_requests_limit!,
  503: upstream(503, "The upstream service is unavailable. Try again shortly."),
  504: upstream(504, "The upstream service took too long.", "upstream_timeout"),
};

/** Limits that fal states in `ctx`, told in words. */
const LIMITS: Readonly<Record<string, (ctx: Fault["ctx"]) => string>> = {
  greater_than: ({ gt }) => `must be greater than ${gt}`,
  greater_than_equal: ({ ge }) => `must be at least ${ge}`,
  less_than: ({ lt }) => `must be less than ${lt}`,
  less_than_equal: ({ le }) => `must be at most ${le}`,
  multiple_of: ({ multiple_of }) => `must be a multiple of ${multiple_of}`,
  sequence_too_short: ({ min_length }) => `must have at least ${min_length} items`,
  sequence_too_long: ({ max_length }) => `must have at most ${max_length} items`,
  one_of: ({ expected }) => `must be one of ${[expected].flat().join(", ")}`,
  missing: () => "is required by this model",
  image_too_small: ({ min_width, min_height }) => `must be at least ${min_width}x${min_height}`,
  image_too_large: ({ max_width, max_height }) => `must be at most ${max_width}x${max_height}`,
  file_too_large: ({ max_size }) => `must be at most ${max_size} bytes`,
  image_load_error: () => "is not a picture that can be read",
  file_download_error: () => "could not be downloaded",
};

/** Bun's words for a lost PostgreSQL; its own for stopping (57P01, 57P02), starting (57P03) and being full (53300). */
const AWAY = /^(ERR_POSTGRES_CONNECTION_|57P0[123]$|53300$)/;

/** Total: any thrown value becomes an error that is fit for a client. Its `cause` is what was thrown. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (thrown instanceof FalError) return fromFal(thrown);
  if (thrown instanceof ValidationError) return fromValidation(thrown);
  const { code, errno, name, cause } = (thrown ?? {}) as {
    code?: unknown;
    errno?: unknown;
    name?: unknown;
    cause?: unknown;
  };
  // Elysia wraps whatever a route's own body reader throws.
  if (code === "PARSE" && cause instanceof ApiError) return cause;
  if (code === "PARSE") {
    const message = "The request body is not valid JSON.";
    return new ApiError(400, message, INVALID, { code: "invalid_json", cause: thrown });
  }
  if (thrown instanceof URIError) {
    const message = "The path is not valid percent-encoding.";
    return new ApiError(400, message, INVALID, { code: "invalid_url", cause: thrown });
  }
  if (name === "AbortError") {
    return new ApiError(499, "The client left.", INVALID, { code: "client_left", cause: thrown });
  }
  if (AWAY.test(String(code)) || AWAY.test(String(errno))) {
    const message = "The database is out of reach right now. Try again in a moment.";
    return new ApiError(503, message, "server_error", {
      code: "database_unavailable",
      headers: { "retry-after": "2" },
      cause: thrown,
    });
  }
  const message = "Something went wrong inside the gateway.";
  return new ApiError(500, message, "server_error", { code: "internal_error", cause: thrown });
}

function fromFal(error: FalError): ApiError {
  if (error.ambiguous) {
    const message =
      "The connection was lost after the request had been sent. Whether it was accepted is not known, so it was not sent again.";
    return new ApiError(424, message, UPSTREAM, {
      code: "upstream_outcome_unknown",
      headers: FINAL,
      cause: error,
    });
  }
  const known =
    named(BY_TYPE, error.type) || locked(error) || fromProvider(error) || BY_STATUS[error.status];
  if (!known && isValidation(error)) return fromFaults(error);
  const rendering = known ?? upstream(502, "The upstream service failed.");
  // What was billed must not be bought again by a client that retries on its own.
  const paid = error.units > 0 && RETRIED.has(rendering.status >= 500 ? 500 : rendering.status);
  const final = paid || rendering.status === 400 || rendering.status === 422;
  const wait = error.retryAfter ?? 5;
  return new ApiError(paid ? 424 : rendering.status, rendering.message, rendering.type, {
    code: rendering.code,
    headers: {
      ...(final ? FINAL : {}),
      ...(rendering.status === 429 ? { "retry-after": String(wait) } : {}),
    },
    cause: error,
  });
}

/** Statuses after which OpenAI's SDKs and the AI SDK call again by themselves. */
const RETRIED: ReadonlySet<number> = new Set([408, 409, 429, 500]);

/** What a language model's provider says by status; its words are kept where they help the caller. */
const BY_PROVIDER: Readonly<Record<number, Omit<Rendering, "message">>> = {
  400: { status: 400, type: INVALID, code: "invalid_value" },
  402: { status: 402, type: "insufficient_quota", code: "insufficient_quota" },
  403: { status: 400, type: INVALID, code: "content_policy_violation" },
  404: { status: 404, type: INVALID, code: "model_not_found" },
  408: { status: 504, type: UPSTREAM, code: "upstream_timeout" },
  413: { status: 413, type: INVALID, code: "request_too_large" },
  422: { status: 400, type: INVALID, code: "invalid_value" },
  429: { status: 429, type: "rate_limit_error", code: "rate_limit_exceeded" },
  500: { status: 502, type: UPSTREAM, code: UPSTREAM },
  502: { status: 502, type: UPSTREAM, code: UPSTREAM },
  503: { status: 503, type: UPSTREAM, code: UPSTREAM },
  504: { status: 504, type: UPSTREAM, code: "upstream_timeout" },
};

function fromProvider({ status, said }: FalError): Rendering | undefined {
  const rendering = said === undefined ? undefined : BY_PROVIDER[status];
  return rendering && said ? { ...rendering, message: said } : undefined;
}

function locked(error: FalError): Rendering | undefined {
  if (error.status !== 403 || !/locked/i.test(error.message)) return undefined;
  if (!/balance/i.test(error.message)) return BY_STATUS[401];
  return {
    status: 402,
    type: "insufficient_quota",
    code: "insufficient_quota",
    message: "The gateway's balance at the upstream service is exhausted.",
  };
}

/** A type is fal's word: it may be one that every object has, such as `constructor`. */
function named<T>(table: Readonly<Record<string, T>>, type: string | undefined): T | undefined {
  return type !== undefined && Object.hasOwn(table, type) ? table[type] : undefined;
}

/** A link in a model's own words, which leads to fal's pages. */
const LINK = /[\s,;(]*(see:?\s+)?https?:\/\/\S+/gi;

const isValidation = ({ status }: FalError) => status === 400 || status === 413 || status === 422;

/** A model's own validation: the first fault decides, in words that hold nothing of fal's body. */
function fromFaults(error: FalError): ApiError {
  const [first] = error.faults;
  const path = first?.loc.filter((part) => part !== "body") ?? [];
  const param = path.length > 0 ? path.map(String).join(".") : null;
  const limit = named(LIMITS, first?.type);
  const words = first?.msg.replace(LINK, "");
  const said = first && limit ? limit(first.ctx) : words && `was refused by the model: ${words}`;
  const subject = param === null ? "The request" : `'${param}'`;
  const message = `${subject} ${said || "was refused by the model"}.`.replace(/\.\.$/, ".");
  return new ApiError(400, message, INVALID, {
    param,
    code: "invalid_value",
    headers: FINAL,
    cause: error,
  });
}

function upstream(status: number, message: string, code = UPSTREAM): Rendering {
  return { status, type: UPSTREAM, code, message };
}

/** A body or query that does not fit its schema. A response that does not is our own fault. */
function fromValidation(error: ValidationError): ApiError {
  if (error.type === "response") {
    const message = "Something went wrong inside the gateway.";
    return new ApiError(500, message, "server_error", { code: "internal_error", cause: error });
  }
  const { validator, value } = error;
  // What Elysia has compiled keeps the schema within.
  const schema = (validator as { schema?: TSchema }).schema ?? (validator as TSchema);
  // A fault of the whole has no place in it.
  const fault = foremost(schema, Value.Errors(schema, value)) ?? { path: "", schema, value };
  // In an address everything is text, whatever its writer had in mind.
  return unfit(fault, error.type === "body");
}
