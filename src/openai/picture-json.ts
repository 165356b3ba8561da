/** OpenAI's answer with pictures in base64, written piece by piece. */
import type { ImagesResponse } from "./images.ts";

/** A picture whose base64 comes in pieces. */
export interface EncodedPicture {
  base64: AsyncIterable<string>;
  revised_prompt?: string;
}

/** The same document as `ImagesResponse`, of which only one piece is ever in memory. */
export async function* picturesJson(
  answer: Omit<ImagesResponse, "data">,
  pictures: readonly EncodedPicture[],
): AsyncGenerator<string> {
  const { created, ...rest } = answer;
  yield `{"created":${created},"data":[`;
  for (const [index, { base64, revised_prompt }] of pictures.entries()) {
    yield index === 0 ? '{"b64_json":"' : ',{"b64_json":"';
    yield* base64;
    yield revised_prompt === undefined
      ? '"}'
      : `","revised_prompt":${JSON.stringify(revised_prompt)}}`;
  }
  yield `],${JSON.stringify(rest).slice(1)}`;
}
