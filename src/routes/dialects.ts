/** In whose words a failure is told, by the path that was asked for. */
import { toApiError } from "../errors.ts";
import { refusal } from "../relays/envelope.ts";
import { renderError, renderNativeError } from "./errors.ts";
import { isNative } from "./native-path.ts";

export type Render = (thrown: unknown) => Response;

/** Every path that is not in the list speaks OpenAI. */
const DIALECTS: readonly { speaks(path: string): boolean; render: Render }[] = [
  { speaks: isNative, render: renderNativeError },
  { speaks: (path) => path.startsWith("/jimeng/"), render: renderRefusal },
  { speaks: (path) => path.startsWith("/v1/video/generations"), render: renderRefusal },
];

export function renderFor(path: string): Render {
  return DIALECTS.find(({ speaks }) => speaks(path))?.render ?? renderError;
}

/** In the envelope of new-api's tasks. */
function renderRefusal(thrown: unknown): Response {
  const error = toApiError(thrown);
  const { status, headers } = error;
  return Response.json(refusal(error.body()), { status, headers });
}
