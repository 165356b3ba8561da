/** `--sandbox`: an emulated fal in the same process, and a configuration that points at it. */
import type { Config } from "../config.ts";
import { createSandbox } from "../sandbox/sandbox.ts";

const CLIENT_KEY = "sk-sandbox";
const FAL_KEY = "00000000-0000-0000-0000-000000000000:sandbox";

export function sandboxed() {
  const emulated = createSandbox({ port: 0 });
  const { queueUrl, runUrl, restUrl, platformUrl, url } = emulated;

  function configure(config: Config): Config {
    return Object.freeze({
      ...config,
      falKey: [FAL_KEY],
      apiKey: config.apiKey.length > 0 ? config.apiKey : [CLIENT_KEY],
      falQueueUrl: queueUrl,
      falRunUrl: runUrl,
      falRestUrl: restUrl,
      falPlatformUrl: platformUrl,
      falMediaHosts: [...config.falMediaHosts, new URL(url).host],
    });
  }

  /** What a newcomer types next. */
  function invitation(gateway: string, key: string): string {
    return `
falgate is ready. fal is emulated: no key, no network, no cost. Draw a picture:

  curl ${gateway}/v1/images/generations -H "Authorization: Bearer ${key}" \\
    -H "Content-Type: application/json" -d '{"prompt":"a lighthouse at dusk","size":"16:9"}'

Browse the API:  ${gateway}/swagger      The emulated fal:  ${url}

`;
  }

  return { configure, invitation, stop: () => emulated.stop() };
}
