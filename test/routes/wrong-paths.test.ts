/** Paths that nobody serves: the nearest route is named, and nothing long or odd is said back. */
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const wrong = (method: string, path: string, message: string): Scenario => ({
  name: `${method} ${path.slice(0, 60)}`,
  send: { path, method, ...(method === "POST" ? { body: {} } : {}) },
  expect: { status: 404, body: invalid(message, null, "unknown_url") },
});

const near = (method: string, path: string, template: string) =>
  wrong(method, path, `There is no ${method} ${path} here. Did you mean ${method} ${template}?`);

const nowhere = (method: string, path: string) =>
  wrong(method, path, `There is no ${method} ${path} here.`);

const unsaid = (method: string, path: string) => wrong(method, path, "There is no such path here.");

scenarios("wrong paths", [
  near("GET", "/v1/modles", "/v1/models"),
  near("GET", "/v1/model", "/v1/models"),
  near("POST", "/v1/image/generations", "/v1/images/generations"),
  near("POST", "/v1/images/generation", "/v1/images/generations"),
  near("POST", "/v1/chat/completion", "/v1/chat/completions"),
  near("GET", "/v1/vidoes/video_0123456789abcdef", "/v1/videos/{id}"),
  near("DELETE", "/v1/vidoes/video_0123456789abcdef", "/v1/videos/{id}"),
  near("GET", "/v1/video/video_0123456789abcdef/content", "/v1/videos/{id}/content"),
  near("GET", "/jimeng/fetsh/cgt-1", "/jimeng/fetch/{task_id}"),
  near("GET", "/swager", "/swagger"),
  near("GET", "/health", "/healthz"),
  nowhere("POST", "/v1/nothing/here"),
  nowhere("GET", "/favicon.ico"),
  // The method counts: nobody who asks for pictures by GET is helped with another path of GET's.
  nowhere("GET", "/v1/chat/completion"),
  unsaid("GET", `/v1/modles/${"x".repeat(200)}/y`),
  unsaid("GET", "/v1/modles%3Cscript%3E"),
  unsaid("GET", "/v1/chats/%E2%80%AEx"),
]);

scenarios("a wrong method on a path with something odd in it", [
  {
    name: "it is not said back",
    send: { path: `/v1/videos/${"x".repeat(300)}`, method: "PUT" },
    expect: {
      status: 405,
      body: invalid(
        "PUT is not allowed on this path. Use DELETE or GET.",
        null,
        "method_not_allowed",
      ),
      headers: { allow: "DELETE, GET" },
    },
  },
]);
