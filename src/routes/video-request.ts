/** A video as OpenAI's clients ask for it, in a form or in JSON, as a request that models are fitted to. */
import { parseJson, readText, withoutNulls } from "../http/body.ts";
import { checked } from "../http/check.ts";
import { isForm, readForm, typed } from "../http/form.ts";
import type { VideoRequest } from "../models/fit/video.ts";
import { isOpenAILength, VideoCreateParams } from "../openai/videos/params.ts";
import { type Given, givenPicture, likeness } from "./given.ts";

/** OpenAI's name for the pictures, then those of other clients. */
const PICTURES = ["input_reference", "images", "image"] as const;

export interface VideoAsked {
  params: VideoCreateParams;
  pictures: readonly Given[];
  /** What the client calls the pictures. */
  param: string;
  /** Everything that the client said: what makes two requests the same. */
  said: unknown;
}

/** Throws 400, naming the parameter, for a body that does not fit and for what is no picture. */
export async function videoAsked(request: Request, limit: number): Promise<VideoAsked> {
  const body = isForm(request)
    ? typed(await readForm(request, limit, PICTURES), VideoCreateParams)
    : withoutNulls(parseJson(await readText(request, limit)));
  const param = PICTURES.find((name) => isGiven(body[name])) ?? PICTURES[0];
  const { input_reference: _, images: __, image: ___, ...words } = body;
  const given = [body[param]].flat().filter(isGiven);
  const pictures = await Promise.all(given.map((one) => givenPicture(one, param)));
  const said = { words, pictures: pictures.map(likeness) };
  return { params: checked(VideoCreateParams, words), pictures, param, said };
}

/** `images` are the addresses of the pictures. */
export function videoRequest(
  { params, param }: VideoAsked,
  images: readonly string[],
): VideoRequest {
  const { prompt = "", seconds, duration, size, aspect_ratio, resolution, ...more } = params;
  const { negative_prompt, seed, generate_audio, enhance_prompt, video, audio, ...rest } = more;
  const { model: _, callback_url: __, ...extra } = rest;
  const shape = { seconds, duration, size, aspect_ratio, resolution };
  const words = { negative_prompt, seed, generate_audio, enhance_prompt, video, audio };
  const said = Object.entries({ ...shape, ...words }).filter(([, value]) => value !== undefined);
  return {
    prompt,
    ...(images.length > 0 ? { images } : {}),
    imagesParam: param,
    ...Object.fromEntries(said),
    nearest: isOpenAILength(seconds ?? duration),
    exact: true,
    extra,
  };
}

const isGiven = (value: unknown) => value !== undefined && value !== "" && value !== null;
