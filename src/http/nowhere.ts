/** The error for a path that no route has, with the nearest one, or has by another method only. */
import { distance, nearest } from "../nearest.ts";
import { ApiError } from "../openai/error.ts";
import { methodsOf, type Route } from "./methods.ts";

/** What may be said back: a log, a terminal or a page shall not meet what a stranger has made up. */
const PLAIN = /^\/[\w./~-]{0,79}$/;

export function nowhere(routes: readonly Route[], { method, url }: Request): ApiError {
  const { pathname } = new URL(url);
  const straight = routes.filter((route) => route.method !== "ALL");
  const plain = PLAIN.test(pathname);
  const allowed = methodsOf(straight, pathname);
  if (allowed.length > 0) {
    const what = plain ? pathname : "this path";
    const message = `${method} is not allowed on ${what}. Use ${allowed.join(" or ")}.`;
    return refusal(405, message, "method_not_allowed", { allow: allowed.join(", ") });
  }
  const message = plain
    ? `There is no ${method} ${pathname} here.${hint(straight, method, pathname)}`
    : `There is no such path here.`;
  return refusal(404, message, "unknown_url");
}

const refusal = (status: number, message: string, code: string, headers = {}) =>
  new ApiError(status, message, "invalid_request_error", { code, headers });

/** The nearest of the same method, as the documentation writes it. */
function hint(routes: readonly Route[], method: string, path: string): string {
  const templates = routes
    .filter((route) => route.method === method && !route.path.includes("*"))
    .map((route) => route.path.replace(/(?<=.)\/$/, "").replace(/:(\w+)/g, "{$1}"));
  const [near] = nearest([...new Set(templates)], (template) => apart(path, template), 1);
  return near === undefined ? "" : ` Did you mean ${method} ${near}?`;
}

/** How far they are apart in the words that are written: what stands in a parameter's place does not count. */
function apart(path: string, template: string): number {
  const words = template.split("/");
  const given = path.split("/");
  const alike = given.length === words.length;
  const filled = given.map((word, place) => (alike && words[place]!.startsWith("{") ? "" : word));
  const bare = words.map((word) => (alike && word.startsWith("{") ? "" : word));
  return distance(filled.join("/").replace(VERSION, ""), bare.join("/").replace(VERSION, ""));
}

/** It tells nothing apart, and is left out by many. */
const VERSION = /^(\/v1)+(?=\/)/;
