/** Where falgate listens, what it lets in, and what it writes to its log. */
import { Type } from "@sinclair/typebox";
import { LEVELS } from "../log.ts";
import { choice, flag, meta } from "./option.ts";

export const server = {
  port: Type.Integer({
    ...meta({ description: "port to listen on; 0 takes a free one" }),
    default: 3001,
    minimum: 0,
    maximum: 65535,
  }),
  host: Type.String({
    ...meta({ description: "address to listen on", expects: "an address or host name" }),
    default: "0.0.0.0",
    pattern: "^[0-9A-Za-z.:_\\[\\]-]+$",
  }),
  publicUrl: Type.Optional(
    Type.String({
      ...meta({
        description:
          "base of the links that falgate hands out, where it stands behind a proxy; fal calls its webhooks there",
        expects: "a URL such as https://fal.example.com",
        shown: "from the request",
      }),
      pattern: "^https?://[^\\s?#]+$",
    }),
  ),
  trustedProxies: Type.Array(Type.String({ pattern: "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$" }), {
    ...meta({
      description: "addresses whose `X-Forwarded-*` headers are believed",
      expects: "addresses or networks such as 10.0.0.0/8, separated by commas",
    }),
    default: ["127.0.0.1", "::1"],
  }),
  corsOrigin: Type.String({
    ...meta({
      description: "origins that browsers may call from, separated by commas",
      expects: "* or origins such as https://chat.example.com",
    }),
    default: "*",
    pattern: "^(\\*|https?://[^\\s/,]+(\\s*,\\s*https?://[^\\s/,]+)*)$",
  }),
  maxBodySize: Type.Number({
    ...meta({ description: "largest body that is read whole, in MB" }),
    default: 64,
    exclusiveMinimum: 0,
    maximum: 4096,
  }),
  maxUploadSize: Type.Number({
    ...meta({ description: "largest body that only streams through, in MB" }),
    default: 2048,
    exclusiveMinimum: 0,
    maximum: 1048576,
  }),
  shutdownGrace: Type.Number({
    ...meta({
      description: "seconds that running requests may take to finish after SIGTERM",
    }),
    default: 30,
    minimum: 0,
    maximum: 3600,
  }),
  nodeEnv: choice(["development", "production", "test"] as const, {
    description: "`development` logs the stack of an unexpected error",
    default: "development",
  }),
  debug: flag({ description: "the same as `LOG_LEVEL=debug`" }),
  logLevel: choice(LEVELS, {
    description: "least severe level that is logged; prompts and bodies appear at `debug` only",
    default: "info",
  }),
  logFormat: Type.Optional(
    choice(["pretty", "json"] as const, {
      description: "form of the log lines",
      shown: "`pretty` on a terminal, else `json`",
    }),
  ),
};
