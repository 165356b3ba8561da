/** `GET /`: what this server is and how to use it, as plain text. */
import { magicSecrets } from "./auth.ts";
import { markerHelp } from "./marker.ts";

export function page(origin: string): string {
  return `fal, emulated: for testing software that uses fal.ai, at no cost.

In place of            use
  https://queue.fal.run  ${origin}/queue
  https://fal.run        ${origin}/run
  https://rest.fal.ai    ${origin}/rest
  https://api.fal.ai     ${origin}/platform
Pictures, films and sounds that it makes are real files below ${origin}/files.

Keys: any "Authorization: Key id:secret". Some secrets stand for a fate:
${magicSecrets.map(([secret, meaning]) => `  ${secret.padEnd(24)} ${meaning}`).join("\n")}
One key does not see the requests of another. Inputs that point at files here or carry them as
data URLs are read; private addresses fail, since fal reaches none; no other address is fetched.

${markerHelp}

Control:
  GET    /sandbox/requests   every request received, as JSON; DELETE forgets them
  GET    /sandbox/billed     what would have been charged; DELETE forgets it
  GET    /sandbox/busiest    by key: the most requests that waited and ran at any one time
  GET    /sandbox/options    PATCH changes: keys, locked, refused, queueTime, runTime, concurrency,
                             forgetAfter, retired, apps, noResponses, chunkTime, mediaTime,
                             mediaGone, webhookRetry, balance
  POST   /sandbox/reset      forgets everything

  curl ${origin}/queue/fal-ai/flux/dev -H "Authorization: Key me:secret" \\
       -H "Content-Type: application/json" -d '{"prompt":"a lighthouse"}'
`;
}
