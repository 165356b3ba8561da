/** A generation's pictures as OpenAI's clients read them: links, base64, or events. */
import type { Generation, Wait } from "../generation/generation.ts";
import type { Kept } from "../generation/settled.ts";
import { growth } from "../generation/growth.ts";
import { places } from "../generation/progress.ts";
import { drawn } from "../generation/pictures.ts";
import { base64 } from "../http/base64.ts";
import { frame, jsonStream } from "../http/stream.ts";
import type { Trace } from "../http/trace.ts";
import type { Endpoint } from "../models/catalog.ts";
import type { Picture } from "../models/output.ts";
import {
  completedEvent,
  type ImagesResponse,
  type ImageStream,
  partialEvent,
  type PictureEvent,
} from "../openai/images.ts";
import { picturesJson } from "../openai/picture-json.ts";
import { errorFrame } from "./errors.ts";
import type { Handout } from "./links.ts";
import { type AskedFile, notMade, pictureFile, pictureLink, pictureSize } from "./picture-file.ts";

/** How a client wants its pictures. */
export interface Rendering {
  /** The model's name, to be echoed. */
  model: string;
  format: "url" | "b64_json";
  /** When they were made, in Unix seconds; now, unless it says otherwise. */
  created?: number;
  /** What the client asked for, to be echoed in events. */
  asked: AskedFile & {
    quality?: string;
    background?: string;
    response_format?: "url" | "b64_json";
    partial_images?: number;
  };
}

/** The files of one generation, as this client reaches them. */
export type Files = (kept?: Kept) => Handout;

/** What of a generation an answer needs. */
export type Waited = Pick<Generation, "wait" | "delivered" | "undelivered">;

/** The whole answer; base64 is fetched from all pictures at once and written as it arrives. */
export async function pictureResponse(
  generation: Waited,
  wait: Wait,
  { model, format, asked, created = unixNow() }: Rendering,
  files: Files,
  trace: Trace,
): Promise<Response> {
  const settled = await generation.wait(wait);
  trace.upstreamMs = settled.upstreamMs;
  const shown = drawn(settled);
  const made = files(settled.kept);
  const answer = { created, model };
  const undone = <Made>(work: Promise<Made>) =>
    work.catch((error: unknown) => {
      generation.undelivered(wait);
      throw error;
    });
  if (format === "url") {
    const headers = adjustments([...settled.adjusted, ...notMade(shown, asked, made)]);
    const linking = shown.map((picture) =>
      pictureLink(picture, asked, settled.endpoint, made, wait.signal),
    );
    const links = await undone(Promise.all(linking));
    generation.delivered();
    const data = shown.map(({ revisedPrompt }, index) => ({
      url: links[index]!,
      ...revised(revisedPrompt),
    }));
    return Response.json({ ...answer, data } satisfies ImagesResponse, { headers });
  }
  const headers = adjustments(settled.adjusted);
  const opening = shown.map((picture) =>
    pictureFile(picture, asked, settled.endpoint, made, wait.signal),
  );
  const opened = await undone(Promise.all(opening));
  const encoded = opened.map(({ body }, index) => ({
    base64: base64(body),
    ...revised(shown[index]!.revisedPrompt),
  }));
  generation.delivered();
  return jsonStream(picturesJson(answer, encoded), { trace, headers });
}

/** One `completed` event a picture. A failure after the first byte is an event of its own. */
export async function* pictureEvents(
  stream: ImageStream,
  generation: Generation,
  wait: Wait,
  { asked }: Rendering,
  files: Files,
  trace: Trace,
): AsyncGenerator<string> {
  try {
    const waiting = generation.wait(wait);
    waiting.catch(() => {}); // Read below, when nothing grows any more.
    // OpenAI's events carry base64; a link only if it was asked for by name.
    const show = async (picture: Picture, from: Handout, endpoint?: Endpoint) => {
      if (asked.response_format === "url") {
        return described({ url: from.link(picture.url) }, picture, asked);
      }
      const file = await pictureFile(picture, asked, endpoint, from, wait.signal);
      const bytes = Buffer.concat(await Array.fromAsync(file.body));
      const size = picture.width ? picture : await pictureSize(bytes).catch(() => ({}));
      const made = { ...size, content_type: file.format };
      return described({ b64_json: bytes.toString("base64") }, made, asked);
    };
    // A comment, which every client reads over: OpenAI has no event for it.
    for await (const ahead of places(generation, wait.signal)) yield `: ${ahead} ahead\n\n`;
    let index = 0;
    for await (const picture of growth(generation, asked.partial_images ?? 0, wait.signal)) {
      const event = await show(picture, files());
      yield frame(`${stream}.partial_image`, partialEvent(stream, index++, event));
    }
    const settled = await waiting;
    trace.upstreamMs = settled.upstreamMs;
    const made = files(settled.kept);
    for (const picture of drawn(settled)) {
      const event = completedEvent(stream, await show(picture, made, settled.endpoint));
      yield frame(event.type, event);
    }
    generation.delivered();
  } catch (error) {
    generation.undelivered(wait);
    if (wait.signal.aborted) return;
    trace.error = error;
    yield errorFrame(error);
  }
}

/** Sizes that OpenAI's event schema lists; any other is `auto` to it. */
const LISTED_SIZES = new Set(["1024x1024", "1024x1536", "1536x1024"]);

function described(
  image: PictureEvent["image"],
  { width, height, content_type }: Partial<Picture>,
  asked: Rendering["asked"],
): PictureEvent {
  const size = `${width}x${height}`;
  return {
    image,
    created_at: unixNow(),
    size: LISTED_SIZES.has(size) ? size : "auto",
    quality: asked.quality ?? "auto",
    background: asked.background ?? "auto",
    output_format: content_type?.replace("image/", "") ?? "png",
  };
}

const revised = (prompt?: string) => (prompt === undefined ? {} : { revised_prompt: prompt });

/** What was approximated, so that nobody has to compare sizes to find out. */
export function adjustments(adjusted: readonly string[]): Record<string, string> {
  const words = adjusted.join("; ").replace(/[^\x20-\x7e]/g, "?");
  return words === "" ? {} : { "x-falgate-adjusted": words };
}

const unixNow = () => Math.floor(Date.now() / 1000);
