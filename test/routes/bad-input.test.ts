/** Every wrong request: its status, the parameter it names, and nothing sent to fal. */
import { form } from "../support/files.ts";
import { invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

const PATH = "/v1/images/generations";
const good = { model: "flux-dev", prompt: SECRET };

const refused = (name: string, body: unknown, wanted: unknown, status = 400): Scenario => ({
  name,
  send: { path: PATH, body },
  expect: { status, body: wanted, headers: { "content-type": /^application\/json/ } },
});

const NUMBER = "Invalid value for 'n': it must be a whole number from 1 to 10.";

scenarios("bad input", [
  refused(
    "malformed JSON",
    '{"prompt":',
    invalid("The request body is not valid JSON.", null, "invalid_json"),
  ),
  {
    name: "a form",
    send: { path: PATH, body: form({ prompt: "a cat" }) },
    expect: {
      status: 400,
      body: invalid("Send JSON: this route takes no form.", null, "invalid_json"),
    },
  },
  {
    name: "a model's name as long as a book",
    send: { path: PATH, body: { ...good, model: "x".repeat(1_000_000) } },
    expect: {
      status: 404,
      body: invalid(/^The model 'x{1900,1990}…$/, "model", "model_not_found"),
    },
  },
  refused("an empty body", "", invalid("The request body is empty.", null, "invalid_json")),
  ...[[], '"words"', "null", "5"].map((body) =>
    refused(
      `${JSON.stringify(body)} as the body`,
      body,
      invalid("The request body must be a JSON object.", null),
    ),
  ),
  refused(
    "no prompt",
    { model: "flux-dev" },
    invalid("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter"),
  ),
  refused(
    "a null prompt",
    { ...good, prompt: null },
    invalid("Missing required parameter: 'prompt'.", "prompt", "missing_required_parameter"),
  ),
  refused(
    "an empty prompt",
    { ...good, prompt: "" },
    invalid("Invalid value for 'prompt': it must be a text that is not empty.", "prompt"),
  ),
  refused("a blank prompt", { ...good, prompt: " \n" }, invalid(/'prompt'/, "prompt")),
  refused("a prompt that is a number", { ...good, prompt: 5 }, invalid(/'prompt'/, "prompt")),
  refused("a prompt that is a list", { ...good, prompt: ["a"] }, invalid(/'prompt'/, "prompt")),
  refused("n of 0", { ...good, n: 0 }, invalid(NUMBER, "n")),
  refused("n of 11", { ...good, n: 11 }, invalid(NUMBER, "n")),
  refused("n of 1.5", { ...good, n: 1.5 }, invalid(NUMBER, "n")),
  refused("n of -1", { ...good, n: -1 }, invalid(NUMBER, "n")),
  refused("n as a text", { ...good, n: "2" }, invalid(`${NUMBER.slice(0, -1)}, not a text.`, "n")),
  refused("an unsupported size", { ...good, size: "huge" }, invalid(/size/, "size")),
  refused("a size of nothing", { ...good, size: "0x0" }, invalid(/size/, "size")),
  refused("a size that is a number", { ...good, size: 1024 }, invalid(/'size'/, "size")),
  refused(
    "an unknown response_format",
    { ...good, response_format: "png" },
    invalid(
      `Invalid value for 'response_format': it must be one of "url", "b64_json".`,
      "response_format",
    ),
  ),
  refused("stream as a text", { ...good, stream: "true" }, invalid(/'stream'/, "stream")),
  refused(
    "too many partial images",
    { ...good, partial_images: 4 },
    invalid(/'partial_images'/, "partial_images"),
  ),
  refused("a seed that is a text", { ...good, seed: "x" }, invalid(/'seed'/, "seed")),
  refused("a model that is a number", { ...good, model: 5 }, invalid(/'model'/, "model")),
  refused("an empty model", { ...good, model: "" }, invalid(/'model'/, "model")),
  refused(
    "an unknown model",
    { ...good, model: "flux-devv" },
    invalid(
      /^The model 'flux-devv' does not exist or cannot be used here\. Did you mean flux-dev/,
      "model",
      "model_not_found",
    ),
    404,
  ),
  ...["__proto__", "constructor", "toString", "fal-ai/", "/", "../etc/passwd"].map((model) =>
    refused(
      `the model ${model}`,
      { ...good, model },
      invalid(/does not exist/, "model", "model_not_found"),
      404,
    ),
  ),
  refused(
    "a language model",
    { ...good, model: "openai/gpt-4o" },
    invalid(/does not draw/, "model", "unsupported_model"),
  ),
  refused(
    "a model that makes videos",
    { ...good, model: "veo3" },
    invalid(/does not draw/, "model", "unsupported_model"),
  ),
  refused(
    "a model that only edits",
    { ...good, model: "nano-banana-edit" },
    invalid(/does not draw/, "model", "unsupported_model"),
  ),
  {
    name: "an unknown path",
    send: { path: "/v1/nothing/here?key=1", body: {} },
    expect: {
      status: 404,
      body: invalid("There is no POST /v1/nothing/here here.", null, "unknown_url"),
    },
  },
  {
    name: "the path that SDKs' own tests ask for",
    send: { path: "/_stainless_unknown_path" },
    expect: { status: 404, body: invalid(/^There is no GET/, null, "unknown_url") },
  },
  {
    name: "a wrong method",
    send: { path: PATH, method: "GET" },
    expect: {
      status: 405,
      body: invalid(
        "GET is not allowed on /v1/images/generations. Use POST.",
        null,
        "method_not_allowed",
      ),
      headers: { allow: "POST" },
    },
  },
  ...["PUT", "DELETE", "PATCH"].map((method): Scenario => ({
    name: `${method} on a model`,
    send: { path: "/v1/models/flux-dev", method },
    expect: {
      status: 405,
      body: invalid(/Use GET/, null, "method_not_allowed"),
      headers: { allow: /GET/ },
    },
  })),
  {
    name: "an unknown model, asked for",
    send: { path: "/v1/models/fal-ai%2Fnothing" },
    expect: {
      status: 404,
      body: invalid(/'fal-ai\/nothing' does not exist/, "model", "model_not_found"),
    },
  },
  ...["/v1/models/fal-ai/%E0%A4%A", "/v1/models/%E0%A4%A"].map((path): Scenario => ({
    name: `${path}, which is no percent-encoding`,
    send: { path },
    expect: {
      status: 400,
      body: invalid("The path is not valid percent-encoding.", null, "invalid_url"),
    },
  })),
]);
