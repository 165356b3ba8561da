/** Who may ask, and for how much. */
import { Type } from "@sinclair/typebox";
import { choice, flag, keys, meta } from "./option.ts";

export const access = {
  falKey: keys({
    description: "fal key, or several separated by commas. Required unless `--sandbox`",
    aliases: ["falApiKey"],
    secret: true,
    pattern: "^[^\\s:,]+:[^\\s:,]+$",
    expects: "of the form key_id:key_secret, as fal.ai/dashboard/keys shows it",
  }),
  apiKey: keys({
    description:
      "client key, or several separated by commas. With none, only this machine is served",
    aliases: ["workerAccessKey"],
    secret: true,
    pattern: "^[\\x21-\\x2b\\x2d-\\x7e]+$",
    expects: "printable characters without spaces",
  }),
  allowAnonymous: flag({ description: "serve a public address without any client key" }),
  adminKey: Type.Optional(
    Type.String({
      ...meta({
        description: "opens `/admin/*`, and nothing else; without it there is no administration",
        secret: true,
        expects: "16 printable characters or more, without spaces",
      }),
      pattern: "^[\\x21-\\x2b\\x2d-\\x7e]{16,}$",
    }),
  ),
  maxFailedKeys: Type.Integer({
    ...meta({
      description:
        "wrong keys a minute from one address, after which no new caller is heard from there; 0 is any number",
    }),
    default: 30,
    minimum: 0,
    maximum: 1_000_000,
  }),
  maxConcurrency: Type.Optional(
    Type.Integer({
      ...meta({
        description:
          "calls that one fal key may have in progress; further ones wait, and client keys take turns. `fal.ai/dashboard` shows what an account is given",
        expects: "a whole number from 1 to 100000",
        shown: "no limit",
      }),
      minimum: 1,
      maximum: 100_000,
    }),
  ),
  missingPrice: choice(["refuse", "allow"] as const, {
    description:
      "what becomes of a call whose price nobody knows, when its key has a budget; `[prices]` in `falgate.toml` tells prices",
    default: "refuse",
  }),
  foreignRequests: Type.Array(Type.String({ minLength: 1 }), {
    ...meta({
      description:
        "client keys (by name, or `*`) that may ask fal for requests that were not submitted here",
      expects: "names of keys separated by commas, or *",
    }),
    default: [],
  }),
};
