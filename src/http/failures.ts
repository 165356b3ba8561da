/** What a failure of each status means, with the errors that a reader may meet: for the documentation. */
import type { ErrorBody } from "../openai/error.ts";

interface Failure {
  description: string;
  /** `code` of each error, and what else its body says. */
  errors: Readonly<Record<string, { message: string; type?: string; param?: string }>>;
}

const FAILURES: Readonly<Record<number, Failure>> = {
  400: {
    description: "A parameter is missing or wrong, or the model's content policy refuses it",
    errors: {
      invalid_value: {
        message: "Invalid value for 'n': it must be a whole number from 1 to 10.",
        param: "n",
      },
      missing_required_parameter: {
        message: "Missing required parameter: 'prompt'.",
        param: "prompt",
      },
      invalid_json: { message: "The request body is not valid JSON." },
      content_policy_violation: {
        message: "The request was refused by the model's content policy.",
      },
    },
  },
  401: {
    description: "No key, or a wrong one",
    errors: {
      invalid_api_key: { message: "Invalid API key" },
      api_key_revoked: { message: "This API key was revoked." },
      api_key_expired: { message: "This API key has expired." },
    },
  },
  402: {
    description: "The gateway's balance is exhausted",
    errors: {
      insufficient_quota: {
        message: "The gateway's balance at the upstream service is exhausted.",
        type: "insufficient_quota",
      },
    },
  },
  403: {
    description: "What was asked for is not allowed to this key",
    errors: {
      model_not_allowed: {
        message: "This key may not use the model 'veo3'. It may use: flux-*, gpt-image-1.",
        param: "model",
      },
      route_not_allowed: {
        message: "This key may not call /v1/responses. It may call: /v1/images/*.",
      },
      administration_disabled: {
        message: "There is no administration here: ADMIN_KEY is not set.",
      },
    },
  },
  404: {
    description: "There is no such model or task",
    errors: {
      model_not_found: {
        message:
          "The model 'flux-devv' does not exist or cannot be used here. Did you mean flux-dev?",
        param: "model",
      },
      task_not_found: { message: "There is no such task.", param: "id" },
    },
  },
  409: {
    description: "It exists already",
    errors: {
      name_taken: {
        message: "There is a key named 'anna'. Revoke it first, or choose another name.",
        param: "name",
      },
    },
  },
  410: {
    description: "The file is gone",
    errors: {
      file_gone: {
        message:
          "This file is gone: fal has dropped it, and the gateway has not kept it. With MEDIA_STORE it keeps files itself, for MEDIA_RETENTION days.",
      },
    },
  },
  413: {
    description: "The body is too large",
    errors: { request_too_large: { message: "The request body is larger than 64 MB." } },
  },
  422: {
    description: "Nothing was made, or an idempotency key was used for another body",
    errors: {
      no_media_generated: {
        message: "The model finished without making anything. Another wording may succeed.",
      },
    },
  },
  424: {
    description: "It failed where a repetition could be paid twice; no client repeats it by itself",
    errors: { upstream_error: { message: "The model failed.", type: "upstream_error" } },
  },
  429: {
    description: "Too many generations are running; `retry-after` says when to come back",
    errors: {
      rate_limit_exceeded: {
        message: "Too many generations are running. Try again shortly.",
        type: "rate_limit_error",
      },
    },
  },
  502: {
    description: "The upstream service failed",
    errors: { upstream_error: { message: "The model failed.", type: "upstream_error" } },
  },
  503: {
    description: "The upstream service is unavailable, or this gateway is shutting down",
    errors: {
      upstream_error: {
        message: "The upstream service is unavailable. Try again shortly.",
        type: "upstream_error",
      },
    },
  },
  504: {
    description: "The wait ran out; the generation goes on, and the same request joins it",
    errors: {
      timeout: {
        message:
          "The generation is not finished after 600 s. It goes on: the same request again waits for it, at no further cost.",
        type: "timeout_error",
      },
    },
  },
};

/** OpenAI's error, for `components/schemas`. */
export const ERROR = {
  type: "object",
  description: "The one shape of every failure. All four keys are always present.",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string", description: "For people." },
        type: { type: "string", description: "The class of the failure." },
        param: { type: ["string", "null"], description: "The parameter that is at fault." },
        code: { type: ["string", "null"], description: "For programs." },
      },
    },
  },
} as const;

/** How a dialect tells a failure: OpenAI's error, and what it has around it. */
export type Worded = (body: ErrorBody) => object;

/** A status as the answer of an operation. A status that is not in the table is a mistake in the code. */
export function failure(status: number, worded: Worded = (body) => body) {
  const { description, errors } = FAILURES[status]!;
  const examples = Object.entries(errors).map(([code, { message, type, param }]) => {
    const error = { message, type: type ?? "invalid_request_error", param: param ?? null, code };
    return [code, { value: worded({ error }) }] as const;
  });
  const schema = { $ref: "#/components/schemas/Error" };
  const content = { "application/json": { schema, examples: Object.fromEntries(examples) } };
  return { description, content };
}
