/** The OpenAPI document and its page, readable without any network. */
import { swagger } from "@elysiajs/swagger";
import type { TSchema } from "@sinclair/typebox";
import { Elysia } from "elysia";
// @ts-expect-error The bundle is embedded as a file, not imported as a module.
import scalar from "../../node_modules/@scalar/api-reference/dist/browser/standalone.js" with { type: "file" };

const SCALAR = "/swagger/scalar.js";

/** What a failure of each status means, with an example that a reader may meet. */
const FAILURES: Readonly<
  Record<
    number,
    [description: string, code: string, message: string, type?: string, param?: string]
  >
> = {
  400: [
    "A parameter is missing or wrong",
    "invalid_value",
    "Invalid value for 'n': it must be a whole number from 1 to 10.",
    undefined,
    "n",
  ],
  401: ["No key, or a wrong one", "invalid_api_key", "Invalid API key"],
  402: [
    "The balance is exhausted",
    "insufficient_quota",
    "The gateway's balance at the upstream service is exhausted.",
    "insufficient_quota",
  ],
  404: [
    "There is no such model",
    "model_not_found",
    "The model 'flux-devv' does not exist or cannot be used here. Did you mean flux-dev?",
    undefined,
    "model",
  ],
  413: ["The body is too large", "request_too_large", "The request body is larger than 64 MB."],
  422: [
    "Nothing was made, or an idempotency key was used for another body",
    "no_media_generated",
    "The model finished without making anything. Another wording may succeed.",
  ],
  429: [
    "Too many generations are running",
    "rate_limit_exceeded",
    "Too many generations are running. Try again shortly.",
    "rate_limit_error",
  ],
  502: ["The upstream service failed", "upstream_error", "The model failed.", "upstream_error"],
  503: [
    "The upstream service is unavailable",
    "upstream_unreachable",
    "Not ready: fal cannot be reached.",
    "server_error",
  ],
  504: [
    "The wait ran out; the generation goes on",
    "timeout",
    "The generation is not finished after 600 s. It goes on: the same request again waits for it, at no further cost.",
    "timeout_error",
  ],
};

const ERROR = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        param: { type: ["string", "null"] },
        code: { type: ["string", "null"] },
      },
    },
  },
} as const;

/** The answers of a route: what it gives, and OpenAI's error for each status it may fail with. */
export function answers(success: TSchema, failures: readonly number[]) {
  const { description, ...schema } = success;
  const content = { "application/json": { schema } };
  const failed = failures.map((status) => [status, failure(status)] as const);
  return { 200: { description: description ?? "OK", content }, ...Object.fromEntries(failed) };
}

function failure(status: number) {
  const [description, code, message, type = "invalid_request_error", param = null] =
    FAILURES[status]!;
  const example = { error: { message, type, param, code } };
  return {
    description,
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" }, example } },
  };
}

/** Groups of routes, in the order in which the page shows them. */
export interface Group {
  name: string;
  description: string;
}

export interface DocsOptions {
  version: string;
  groups: readonly Group[];
}

/** `/swagger` and `/swagger/json`. Nothing on the page is fetched from another host. */
export function docs({ version, groups }: DocsOptions) {
  const page = swagger({
    path: "/swagger",
    scalarCDN: SCALAR,
    scalarConfig: {
      // Fonts, telemetry, hosted clients and assistants would all call home.
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
      proxyUrl: "",
      persistAuth: true,
      authentication: { preferredSecurityScheme: "bearer" },
      defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
    } as object,
    documentation: {
      openapi: "3.1.0",
      info: {
        title: "falgate",
        version,
        description: DESCRIPTION,
        license: { name: "MIT", identifier: "MIT" } as { name: string },
      },
      tags: [...groups],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "A client key of this gateway." },
        },
        schemas: { Error: ERROR as object },
      },
    } as object,
  });
  return new Elysia().get(SCALAR, () => bundle(), { detail: { hide: true } }).use(page);
}

/** Shown raw inside an HTML attribute by the plug-in: no quotes, no angle brackets. */
const DESCRIPTION =
  "fal.ai behind the APIs that people already have clients for. " +
  "Set a client key under Authentication, then try any call from this page.";

function bundle(): Response {
  return new Response(Bun.file(scalar as string), {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=86400" },
  });
}
