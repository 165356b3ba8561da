/** Calls from a page in a browser. */
import { type Scenario, scenarios } from "../support/scenario.ts";

const ASKED = "authorization,content-type,x-stainless-lang,x-something-of-tomorrow";

const preflight = (
  name: string,
  origin: string,
  path: string,
  allowed: string | null,
): Scenario => ({
  name,
  send: {
    method: "OPTIONS",
    path,
    headers: {
      authorization: null,
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": ASKED,
    },
  },
  expect: {
    status: 204,
    text: "",
    headers: {
      "access-control-allow-origin": allowed,
      "access-control-allow-headers": ASKED,
      "access-control-allow-methods": /POST/,
      "access-control-allow-credentials": null,
      vary: /Access-Control-Request-Headers/,
    },
  },
});

const answered = (
  name: string,
  send: Scenario["send"],
  status: number,
  headers: NonNullable<Scenario["expect"]["headers"]>,
): Scenario => ({ name, send, expect: { status, headers } });

const EXPOSED = /x-request-id.*retry-after.*x-fal-request-id/;
const origin = "https://chat.example.com";
const path = "/v1/models/flux-dev";

scenarios("CORS", [
  preflight("asks for nobody's key", origin, "/v1/images/generations", "*"),
  preflight("of a path without /v1", origin, "/images/generations", "*"),
  preflight("of a path that does not exist", origin, "/nothing", "*"),
  answered("an answer", { path, headers: { origin } }, 200, {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": EXPOSED,
    "access-control-allow-credentials": null,
  }),
  answered("a refusal at the edge", { path, headers: { origin, authorization: null } }, 401, {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": EXPOSED,
  }),
  answered("an unknown path", { path: "/nothing", headers: { origin } }, 404, {
    "access-control-allow-origin": "*",
  }),
  answered(
    "a wrong body",
    { path: "/v1/images/generations", body: "{", headers: { origin } },
    400,
    {
      "access-control-allow-origin": "*",
    },
  ),
]);

scenarios(
  "CORS for chosen origins",
  [
    preflight("a chosen one", origin, "/v1/models", origin),
    preflight("another chosen one", "http://localhost:3000", "/v1/models", "http://localhost:3000"),
    preflight("a foreign one", "https://evil.example.com", "/v1/models", null),
    preflight("one that begins alike", `${origin}.evil.com`, "/v1/models", null),
    answered("an answer", { path, headers: { origin } }, 200, {
      "access-control-allow-origin": origin,
      vary: /Origin/,
    }),
    answered(
      "an answer to a foreign page",
      { path, headers: { origin: "https://evil.com" } },
      200,
      {
        "access-control-allow-origin": null,
        "access-control-expose-headers": null,
        vary: /Origin/,
      },
    ),
    answered("an answer to no page", { path }, 200, {
      "access-control-allow-origin": null,
      vary: /Origin/,
    }),
  ],
  { env: { CORS_ORIGIN: `${origin}, http://localhost:3000` } },
);
