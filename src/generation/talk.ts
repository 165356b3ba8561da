/** Planning what a conversation asks for: a picture, an edit of one, or a video. */
import { chooseEdit, fitEdit, takesPictures } from "../models/fit/edit.ts";
import { chooseVideo, fitVideo, type VideoRequest } from "../models/fit/video.ts";
import { fitImage } from "../models/fit/image.ts";
import { counted } from "../models/fit/pictures.ts";
import type { ImageRequest } from "../models/fit/request.ts";
import type { Model } from "../models/model.ts";
import type { ChatRequest } from "../openai/chat/request.ts";
import type { Talk } from "../openai/chat/talk.ts";
import { invalidRequest } from "../openai/error.ts";
import type { Plan } from "./plan.ts";

export interface TalkPlan {
  plan: Plan;
  /** The shape that was asked for, or the default; absent where a picture keeps its own. */
  size?: string;
  /** Of a video: what is asked for, since it becomes a task that outlives the conversation. */
  film?: VideoRequest;
}

/** What a conversation draws with when it names no size. */
const DEFAULT_SIZE = "1:1";

/** Keys of a chat request that say nothing to a model that draws. */
const FOR_TALKING = new Set([
  ...["model", "messages", "stream", "stream_options", "modalities", "user", "store", "metadata"],
  ...[
    "temperature",
    "top_p",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "tools",
    "tool_choice",
  ],
  ...[
    "presence_penalty",
    "frequency_penalty",
    "response_format",
    "reasoning_effort",
    "async",
    "callback_url",
  ],
]);

/** The request's own words for the model, with the prompt and size that the conversation gives. */
function request(talk: Talk, body: ChatRequest, size: string | undefined): ImageRequest {
  const { n, quality, background, output_format, style, seed, negative_prompt, ...others } = body;
  const own = { n, quality, background, output_format, style, seed, negative_prompt };
  const known = Object.entries(own).filter(([, value]) => value !== undefined && value !== null);
  const extra = Object.entries(others).filter(
    ([name]) => !FOR_TALKING.has(name) && name !== "size",
  );
  return {
    ...Object.fromEntries(known),
    prompt: talk.prompt,
    ...(size === undefined ? {} : { size }),
    extra: Object.fromEntries(extra),
  };
}

/** `size` of the body wins over the text's. */
function sizeOf({ size }: ChatRequest, talk: Talk): string | undefined {
  if (size === undefined || size === null || size === "") return talk.size;
  if (typeof size === "string") return size;
  throw invalidRequest("'size' must be a text such as 16:9 or 1024x1024.", "size");
}

/**
 * Pictures in the message, or failing those the ones drawn last, turn a drawing model into its
 * editing sibling. Throws 400 where pictures were given to a model that takes none.
 */
export function pictureTalk(model: Model, talk: Talk, body: ChatRequest): TalkPlan {
  const asked = sizeOf(body, talk);
  const editors = model.with.edit ?? model.endpoints.filter((one) => takesPictures(one).most > 0);
  const most = Math.max(0, ...editors.map((endpoint) => takesPictures(endpoint).most));
  if (talk.given.length > 0 && most === 0) {
    throw invalidRequest(`The model '${model.id}' cannot edit pictures.`, "messages");
  }
  if (talk.given.length > most) {
    const message = `The model '${model.id}' takes ${counted(0, most)}; the message has ${talk.given.length}.`;
    throw invalidRequest(message, "messages");
  }
  // More may have been drawn than the editor takes at once: the last ones are meant.
  const images = talk.given.length > 0 || most === 0 ? talk.given : talk.drawn.slice(-most);
  if (images.length > 0) {
    const words = request(talk, body, asked);
    return {
      plan: {
        model: model.id,
        endpoints: chooseEdit(editors, images.length),
        fit: (endpoint) =>
          fitEdit({ ...words, images, imagesParam: "messages" }, endpoint, model.alias?.defaults),
      },
      ...(asked === undefined ? {} : { size: asked }),
    };
  }
  const size = asked ?? DEFAULT_SIZE;
  const words = request(talk, body, size);
  const plan: Plan = {
    model: model.id,
    endpoints: model.endpoints,
    fit: (endpoint) => fitImage(words, endpoint, model.alias?.defaults),
  };
  return { plan, size };
}

/** With pictures in the message, or drawn last, the video sets out from them; otherwise from words alone. */
export function videoTalk(model: Model, talk: Talk, body: ChatRequest): TalkPlan {
  const size = sizeOf(body, talk);
  const { extra, ...words } = request(talk, body, size);
  const takes = Object.keys(model.with).length > 0;
  const images = talk.given.length > 0 || !takes ? talk.given : talk.drawn.slice(-1);
  const [imagesParam, nearest] = ["messages", true] as const;
  const film = { ...words, ...(extra ?? {}), images, imagesParam, nearest, extra } as VideoRequest;
  return {
    film,
    plan: {
      model: model.id,
      endpoints: chooseVideo(model, images.length, { param: imagesParam }),
      fit: (endpoint) => fitVideo(film, endpoint, model.alias?.defaults),
    },
    ...(size === undefined ? {} : { size }),
  };
}
