/** fal's failures: read once from a response, carried as one class. */

/** One entry of `detail`, without `input`, which echoes the caller's own prompt. */
export interface Fault {
  /** Path into the request, for example `["body", "image_size", "width"]`. */
  loc: readonly (string | number)[];
  msg: string;
  type: string;
  ctx: Readonly<Record<string, unknown>>;
}

export interface FalErrorInit {
  /** HTTP status; 0 when there was no answer at all. */
  status: number;
  message: string;
  faults?: readonly Fault[];
  /** `error_type` of the body or `X-Fal-Error-Type`: the class of an infrastructure failure. */
  errorType?: string;
  requestId?: string;
  /** What fal says of trying again; undefined when it says nothing. */
  retryable?: boolean;
  /** Seconds, from `Retry-After`. */
  retryAfter?: number;
  /** `X-Fal-Billable-Units`: what this failure was billed. */
  units?: number;
  /** Words of a language model's provider, which are meant for the caller. */
  said?: string;
  /** The whole answer. */
  body?: string;
  /** Name of the fal key that was used, never the key. */
  key?: string;
  /** True when the request may have reached fal although no answer came back. */
  ambiguous?: boolean;
  cause?: unknown;
}

/** A failure at fal, or on the way to it. Its message is for the log, not for a `/v1` client. */
export class FalError extends Error {
  override readonly name = "FalError";
  readonly status: number;
  readonly faults: readonly Fault[];
  readonly errorType: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean | undefined;
  readonly retryAfter: number | undefined;
  readonly units: number;
  readonly said: string | undefined;
  /** The answer as it came, for clients that speak fal themselves. */
  readonly body: string | undefined;
  readonly key: string | undefined;
  readonly ambiguous: boolean;

  constructor(init: FalErrorInit) {
    super(init.message, { cause: init.cause });
    this.status = init.status;
    this.faults = init.faults ?? [];
    this.errorType = init.errorType;
    this.requestId = init.requestId;
    this.retryable = init.retryable;
    this.retryAfter = init.retryAfter;
    this.units = init.units ?? 0;
    this.said = init.said;
    this.body = init.body;
    this.key = init.key;
    this.ambiguous = init.ambiguous ?? false;
  }

  /** The first machine-readable type: of the validation detail, else of the infrastructure. */
  get type(): string | undefined {
    return this.faults[0]?.type ?? this.errorType;
  }
}

/**
 * Reads a refused answer. fal has two body shapes, `{"detail":[{loc,msg,type}]}` and
 * `{"detail":"text","error_type"}`; its language-model route answers `{"error":{message,code}}`
 * (docs.fal.ai, "Errors" and "Request errors").
 */
export function falError(response: Response, text: string, key?: string): FalError {
  const body = parse(text);
  const detail = body.detail;
  const faults = Array.isArray(detail) ? detail.map(fault) : [];
  const { headers, status } = response;
  return new FalError({
    status,
    message: `fal answered ${status}: ${words(body, faults, text)}`,
    faults,
    errorType: text_(body.error_type) ?? headers.get("x-fal-error-type") ?? forgotten(body),
    requestId: headers.get("x-fal-request-id") ?? undefined,
    // Both names appear in fal's documentation.
    retryable: flag(headers.get("x-fal-retryable") ?? headers.get("x-fal-needs-retry")),
    retryAfter: seconds(headers.get("retry-after")),
    units: billableUnits(headers),
    said: providerWords(body),
    body: text,
    key,
  });
}

/** A language model's answer that broke off, or is none. */
export function incompleteAnswer(message: string, key: string, cause?: unknown): FalError {
  const errorType = "runner_incomplete_response";
  return new FalError({ status: 502, message, errorType, key, cause });
}

/** OpenRouter's `{"error":{"message","code"}}`, which fal's language-model route passes on. */
export function providerError(error: unknown, key?: string): FalError {
  const body = { error } as Json;
  const code = Number((error as Json | null)?.code);
  const status = code >= 400 && code < 600 ? code : 502;
  const said = providerWords(body);
  return new FalError({
    status,
    message: `the language model failed: ${said ?? "no reason"}`,
    said,
    key,
  });
}

function providerWords({ error }: Json): string | undefined {
  if (typeof error === "string") return error;
  return text_((error as Json | null | undefined)?.message);
}

/** `X-Fal-Billable-Units`: the quantity that fal bills, 0 when it does not say. */
export const billableUnits = (headers: Headers): number => statedUnits(headers) ?? 0;

/** The same, and nothing where fal does not say: that is no promise that it bills nothing. */
export function statedUnits(headers: Headers): number | undefined {
  const stated = headers.get("x-fal-billable-units");
  const units = Number(stated);
  return stated !== null && stated !== "" && Number.isFinite(units) ? units : undefined;
}

/** The queue's `{"status":"NOT_FOUND"}`: it is the request that is not known, not the application. */
export const FORGOTTEN = "request_not_found";

const forgotten = ({ status }: Json) => (status === "NOT_FOUND" ? FORGOTTEN : undefined);

type Json = Record<string, unknown>;

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Json) : {};
  } catch {
    return {}; // An ingress answers in HTML; the status then says all there is to know.
  }
}

function fault(value: unknown): Fault {
  const entry = (typeof value === "object" && value !== null ? value : {}) as Json;
  return {
    loc: Array.isArray(entry.loc) ? (entry.loc as (string | number)[]) : [],
    msg: unquoted(text_(entry.msg) ?? "", entry.input),
    type: text_(entry.type) ?? "unknown",
    ctx: (typeof entry.ctx === "object" && entry.ctx !== null ? entry.ctx : {}) as Json,
  };
}

/** Shorter texts may be part of any word. */
const QUOTED = 8;

/** What a model says without what the caller said, which some models repeat. */
function unquoted(message: string, input: unknown): string {
  const said = typeof input === "string" ? [input] : Object.values(Object(input) as Json);
  return said
    .filter((text): text is string => typeof text === "string" && text.length >= QUOTED)
    .reduce((rest, text) => rest.replaceAll(text, "…"), message);
}

function words(body: Json, faults: readonly Fault[], text: string): string {
  if (faults.length > 0) return faults.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; ");
  const said = text_(body.detail) ?? providerWords(body) ?? text_(body.message);
  if (said !== undefined) return said.slice(0, 500);
  return text.trimStart().startsWith("<") ? "an HTML page" : text.slice(0, 500);
}

const text_ = (value: unknown) => (typeof value === "string" ? value : undefined);

function flag(value: string | null): boolean | undefined {
  return value === null ? undefined : /^(1|true|yes)$/i.test(value);
}

function seconds(value: string | null): number | undefined {
  const parsed = value === null || value.trim() === "" ? Number.NaN : Number(value);
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
}
