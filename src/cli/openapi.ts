/** `falgate openapi`: the OpenAPI document, as `/swagger/json` serves it. */
import { createApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import { silent } from "../log.ts";
import { createGateway } from "./gateway.ts";
import type { Invocation } from "./shell.ts";

export async function openapi({ out }: Invocation): Promise<number> {
  const app = createApp(createGateway(loadConfig({}), silent, true));
  const response = await app.handle(new Request("http://localhost/swagger/json"));
  out(`${JSON.stringify(await response.json(), null, 2)}\n`);
  return 0;
}
