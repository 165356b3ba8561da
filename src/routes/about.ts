/** What the documentation says of the API as a whole: its head, and the groups of routes. */
import type { Group } from "../http/docs.ts";
import { builtinAliases } from "../models/aliases.ts";

/** The names that are built in; a gateway's owner may add others. */
function namesByKind(): string {
  const kinds = Map.groupBy(builtinAliases, ({ modality }) => modality);
  return [...kinds]
    .map(([kind, list]) => `- **${kind}**: ${list.map(({ id }) => `\`${id}\``).join(", ")}`)
    .join("\n");
}

/** In the order in which the page shows them. */
export const GROUPS: readonly Group[] = [
  {
    name: "Models",
    description: `What can be asked for, and under which names.\n\n${namesByKind()}`,
  },
  { name: "Images", description: "Pictures from words, and from other pictures." },
  { name: "Audio", description: "Words spoken, and speech written down." },
  { name: "Chat", description: "Language models, and models that draw when talked to." },
  { name: "Videos", description: "OpenAI's videos, with any model that films." },
  {
    name: "Tasks",
    description:
      "Generations that nobody has to wait for. `async: true`, or the header `Prefer: respond-async`, " +
      "makes any call of Images and Audio answer 202 at once, with a task. It is carried out whether or " +
      "not anybody asks for it, through restarts, and paid once. `callback_url` is called at its end, " +
      "signed as [Standard Webhooks](https://www.standardwebhooks.com) has it.",
  },
  {
    name: "Video relays",
    description:
      "Videos, for clients of the VEO and Jimeng relays and of new-api. A creation answers at once; " +
      "the video is made whether or not anybody asks for it, and its id is known to the key alone " +
      "that made it.",
  },
  { name: "Files", description: "What was made and is kept here, where `MEDIA_STORE` says so." },
  {
    name: "fal",
    description:
      "fal's own API, for fal's own clients: in place of `https://queue.fal.run` they use this " +
      "gateway's address, with `POST /fal-ai/…` and all that follows from it. `/queue/…`, `/run/…` " +
      "and `/rest/…` stand for fal's hosts, `/api/fal/proxy` speaks its server-proxy protocol.",
  },
  { name: "Usage", description: "What a key's calls have cost, and what it may still spend." },
  {
    name: "Administration",
    description: "Client keys and what they have cost, for whoever has the gateway's `ADMIN_KEY`.",
  },
  { name: "Health", description: "For whoever watches over the gateway. Needs no key." },
];

export const INTRODUCTION = `\
fal.ai behind the APIs that people already have clients for. An OpenAI client needs two changes:
its base URL is this gateway's address followed by \`/v1\`, its key one of this gateway's client keys.

- **Try it here.** Put a client key into the box under *Authentication*, open a call, press *Test
  Request*, then *Send*. A gateway started with \`--sandbox\` takes \`sk-sandbox\`, and costs nothing.
- **Keys** travel as \`Authorization: Bearer …\`, \`Authorization: Key …\`, \`x-api-key: …\` or
  \`api-key: …\`.
- **Models** go by the names of \`GET /v1/models\`, or by any full fal endpoint id.
- **Failures** are always OpenAI's error. Every answer carries an \`x-request-id\`, which is in the log
  too.
- **Repetitions** of a request that is under way or just done, by an SDK's own retry or with the same
  \`Idempotency-Key\`, join it: it is paid once.
`;
