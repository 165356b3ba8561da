/** fal's failures as clients see them (fal.md A5): status, type, code, parameter, and what may be retried. */
import { expect } from "bun:test";
import { generated, type Sent } from "../support/fal.ts";
import { error, invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

const PATH = "/v1/images/generations";
const FLUX = "fal-ai/flux/dev";
const FINAL = { "x-should-retry": "false" };
const AGAIN = { "x-should-retry": null };

/** Where fal fails: when it is asked, while it works, or only when the result is read. */
type Where = "submit" | "run" | "result";

function failing(
  marker: string,
  where: Where,
  status: number,
  body: unknown,
  headers: Record<string, string | null>,
): Scenario {
  const prompt = `${SECRET} [sandbox ${marker} at=${where}]`;
  const all = generated(FLUX, { prompt, num_images: 1 });
  return {
    name: `${marker} at ${where}`,
    send: { path: PATH, body: { model: "flux-dev", prompt } },
    fal: where === "submit" ? all.slice(0, 1) : all,
    expect: { status, body, headers: { "retry-after": null, ...headers } },
  };
}

const everywhere = (
  marker: string,
  status: number,
  body: unknown,
  headers: Record<string, string | null>,
) =>
  (["submit", "run", "result"] as const).map((where) =>
    failing(marker, where, status, body, headers),
  );

const upstream = (message: string | RegExp, code = "upstream_error") =>
  error(message, "upstream_error", code);

scenarios("what the client did", [
  ...everywhere(
    "error=content_policy_violation",
    400,
    invalid(
      "The request was refused by the model's content policy.",
      null,
      "content_policy_violation",
    ),
    FINAL,
  ),
  ...everywhere(
    "error=no_media_generated",
    422,
    invalid(/finished without making anything/, null, "no_media_generated"),
    FINAL,
  ),
  ...everywhere(
    "error=missing",
    400,
    invalid("'prompt' is required by this model.", "prompt"),
    FINAL,
  ),
  ...everywhere("error=plain", 400, invalid("The request was refused by the model.", null), FINAL),
  ...everywhere(
    "error=bad_request",
    400,
    invalid("The request was refused by the model.", null),
    FINAL,
  ),
  ...everywhere(
    "error=something_new",
    400,
    invalid(/^'prompt' was refused by the model/, "prompt"),
    FINAL,
  ),
  failing("error=less_than_equal", "run", 400, invalid("'n' must be at most 4.", "n"), FINAL),
  failing("error=greater_than_equal", "run", 400, invalid("'n' must be at least 1.", "n"), FINAL),
  failing("error=greater_than", "run", 400, invalid("'n' must be greater than 0.", "n"), FINAL),
  failing("error=less_than", "run", 400, invalid("'n' must be less than 5.", "n"), FINAL),
  failing(
    "error=multiple_of",
    "run",
    400,
    invalid("'size' must be a multiple of 8.", "size"),
    FINAL,
  ),
  failing("error=one_of", "run", 400, invalid("'size' must be one of 16:9, 9:16.", "size"), FINAL),
  failing(
    "error=sequence_too_long",
    "run",
    400,
    invalid("'prompt' must have at most 5000 items.", "prompt"),
    FINAL,
  ),
  failing(
    "error=image_load_error",
    "run",
    400,
    invalid("'image_url' is not a picture that can be read.", "image_url"),
    FINAL,
  ),
  failing(
    "error=file_download_error",
    "run",
    400,
    invalid("'image_url' could not be downloaded.", "image_url"),
    FINAL,
  ),
  failing(
    "error=image_too_small",
    "run",
    400,
    invalid("'image_url' must be at least 256x256.", "image_url"),
    FINAL,
  ),
  failing(
    "error=image_too_large",
    "run",
    400,
    invalid("'image_url' must be at most 4096x4096.", "image_url"),
    FINAL,
  ),
  failing(
    "error=file_too_large",
    "run",
    400,
    invalid("'image_url' must be at most 10485760 bytes.", "image_url"),
    FINAL,
  ),
  ...[
    "string_type",
    "feature_not_supported",
    "face_detection_error",
    "image_aspect_ratio_error",
    "invalid_archive",
    "audio_duration_too_long",
    "video_duration_too_short",
    "unsupported_image_format",
  ].map((type) =>
    failing(
      `error=${type}`,
      "run",
      400,
      error(
        /was refused by the model/,
        "invalid_request_error",
        "invalid_value",
        expect.any(String),
      ),
      FINAL,
    ),
  ),
]);

scenarios("what fal did", [
  ...everywhere("error=internal_server_error", 502, upstream("The model failed."), AGAIN),
  ...everywhere("error=internal_error", 502, upstream("The model failed."), AGAIN),
  ...everywhere("error=runner_server_error", 502, upstream("The model failed."), AGAIN),
  ...everywhere(
    "error=generation_timeout",
    504,
    upstream("The model took too long.", "upstream_timeout"),
    AGAIN,
  ),
  ...everywhere("error=downstream_service_error", 502, upstream(/depends on failed/), AGAIN),
  ...everywhere("error=downstream_service_unavailable", 503, upstream(/depends on is down/), AGAIN),
  failing("error=request_timeout", "run", 504, upstream(/too long/, "upstream_timeout"), AGAIN),
  failing(
    "error=startup_timeout",
    "run",
    504,
    upstream(/too long to start/, "upstream_timeout"),
    AGAIN,
  ),
  failing("error=runner_scheduling_failure", "run", 503, upstream(/no machine/), AGAIN),
  failing("error=runner_connection_timeout", "run", 503, upstream(/could not be reached/), AGAIN),
  failing("error=runner_disconnected", "run", 503, upstream(/interrupted/), AGAIN),
  failing("error=runner_connection_refused", "run", 503, upstream(/could not be reached/), AGAIN),
  failing("error=runner_connection_error", "run", 503, upstream(/could not be reached/), AGAIN),
  failing("error=runner_incomplete_response", "run", 502, upstream(/cut short/), AGAIN),
  failing("error=client_disconnected", "run", 502, upstream(/failed/), AGAIN),
  failing(
    "error=client_cancelled",
    "run",
    400,
    invalid("The generation was cancelled.", null, "cancelled"),
    FINAL,
  ),
]);

scenarios("a failure that was billed is never to be bought again", [
  failing("error=internal_server_error billed=2", "run", 424, upstream("The model failed."), FINAL),
  failing(
    "error=generation_timeout billed=1",
    "run",
    424,
    upstream(/too long/, "upstream_timeout"),
    FINAL,
  ),
  failing("error=runner_disconnected billed=1", "run", 424, upstream(/interrupted/), FINAL),
  failing(
    "error=content_policy_violation billed=1",
    "run",
    400,
    invalid(/content policy/, null, "content_policy_violation"),
    FINAL,
  ),
  failing(
    "error=no_media_generated billed=1",
    "run",
    422,
    invalid(/without making/, null, "no_media_generated"),
    FINAL,
  ),
]);

const posts = (marker: string, count: number, endpoint = FLUX): Sent[] =>
  Array.from({ length: count }, () => ({
    method: "POST",
    path: `/queue/${endpoint}`,
    body: { prompt: `${SECRET} [sandbox ${marker}]`, num_images: 1 },
  }));

const answered = (
  marker: string,
  submits: number,
  status: number,
  body: unknown,
  headers: Record<string, string | null>,
): Scenario => ({
  name: `${marker}: ${submits} submit(s)`,
  send: { path: PATH, body: { model: "flux-dev", prompt: `${SECRET} [sandbox ${marker}]` } },
  fal: posts(marker, submits),
  expect: { status, body, headers },
});

const REFUSED = upstream(/key was refused upstream/, "upstream_key_refused");

const unknown = upstream(/Whether it was accepted is not known/, "upstream_outcome_unknown");

// How often the others are sent again: test/fal/transport.test.ts.
scenarios("what fal answers to a submission", [
  answered("status=400", 1, 400, invalid("The request was refused by the model.", null), FINAL),
  answered("status=401", 1, 502, REFUSED, {}),
  answered("status=403", 1, 502, upstream("The upstream service failed."), {}),
  answered("status=422", 1, 400, invalid("The request was refused by the model.", null), FINAL),
  answered("status=500", 1, 502, upstream("The upstream service failed."), AGAIN),
  answered(
    "status=429",
    4,
    429,
    error(/Too many generations/, "rate_limit_error", "rate_limit_exceeded"),
    { "retry-after": "5", ...AGAIN },
  ),
  answered("status=503", 4, 503, upstream(/unavailable/), AGAIN),
  answered("drop=submit-before", 1, 424, unknown, FINAL),
  answered("drop=submit-after", 1, 424, unknown, FINAL),
]);
