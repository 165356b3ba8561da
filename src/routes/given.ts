/** Pictures that come along with a request, in a form or in JSON: read, looked at, put where models read them. */
import { pictureType } from "../formats/picture.ts";
import { attach, type Attachment, type Attachments } from "../generation/attachments.ts";
import { parseJson, readText, withoutNulls } from "../http/body.ts";
import { isForm, readForm, typed } from "../http/form.ts";
import { invalidRequest } from "../openai/error.ts";
import { missing } from "../openai/unfit.ts";
import type { TSchema } from "@sinclair/typebox";

/** Either bytes that have yet to be put somewhere, or the address of a picture that lies somewhere. */
export type Given = Attachment | { readonly address: string };

/** OpenAI's own bound (its API reference, "Create image edit"); models may take fewer. */
const MOST_PICTURES = 16;

export interface WithPictures {
  /** Everything but the pictures, as the schema types it; not checked yet. */
  words: Record<string, unknown>;
  images: readonly Given[];
  mask?: Given;
  /** What the client calls the pictures. */
  imagesParam: string;
}

/**
 * OpenAI's `image`, `image[]`, `images` and `mask`, as files, links or data URLs. Throws 400, naming
 * the parameter, where one is empty or no picture, and where there is none; `inJson` is what the route's
 * documentation calls them outside of a form.
 */
export async function withPictures(
  request: Request,
  limit: number,
  schema: TSchema,
  inJson: "image" | "images",
): Promise<WithPictures> {
  const form = isForm(request);
  const { image, images, mask, ...words } = form
    ? typed(await readForm(request, limit, ["image", "images"]), schema)
    : withoutNulls(parseJson(await readText(request, limit)));
  const [param, several] = image === undefined ? ["images", images] : ["image", image];
  const given = (Array.isArray(several) ? several : [several]).filter(
    (one) => one !== undefined && one !== "" && one !== null,
  );
  if (given.length === 0) throw missing(form ? "image" : inJson);
  if (given.length > MOST_PICTURES) {
    const message = `'${param as string}' holds ${given.length} pictures, and at most ${MOST_PICTURES} are taken.`;
    throw invalidRequest(message, param as string);
  }
  return {
    words,
    imagesParam: param as string,
    images: await Promise.all(given.map((one) => givenPicture(one, param as string))),
    ...(isAbsent(mask) ? {} : { mask: await givenPicture(mask, "mask") }),
  };
}

/** What of the pictures makes one request the same as another. */
export const likeness = (given: Given) => ("digest" in given ? given.digest : given.address);

export function addresses(given: readonly Given[], attachments: Attachments): Promise<string[]> {
  return Promise.all(
    given.map((one) =>
      "digest" in one ? attachments.address(one) : attachments.reachable(one.address),
    ),
  );
}

/** Throws 400, naming `param`, for what is no picture, nor says where one is. */
export async function givenPicture(value: unknown, param: string): Promise<Given> {
  if (value instanceof Blob) return looked(value, param);
  const address = typeof value === "string" ? value : linked(value, param);
  if (/^https?:\/\/[^\s]+$/i.test(address)) return { address };
  const [, base64] = /^data:[^,]*;base64,([\w+/=\s-]+)$/i.exec(address) ?? [];
  if (base64) return looked(new Blob([Buffer.from(base64, "base64")]), param);
  throw invalidRequest(
    `'${param}' must be a file, a link or a data URL in base64, and is none of them.`,
    param,
  );
}

/** `{image_url}`, which may be an object with a `url` as in conversations. */
function linked(value: unknown, param: string): string {
  const { image_url, file_id, url = image_url } = Object(value) as Record<string, unknown>;
  const address = typeof url === "object" ? (Object(url) as Record<string, unknown>).url : url;
  if (typeof address === "string") return address;
  const message =
    file_id === undefined
      ? `'${param}' needs an image_url.`
      : "This gateway keeps no files under ids: give the picture as image_url.";
  throw invalidRequest(message, file_id === undefined ? param : `${param}.file_id`);
}

async function looked(file: Blob, param: string): Promise<Attachment> {
  if (file.size === 0) throw invalidRequest(`'${param}' is an empty file.`, param);
  const type = pictureType(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (!type) throw invalidRequest(`'${param}' is not a picture that models can read.`, param);
  return attach(file, type, `image.${type.slice("image/".length)}`);
}

const isAbsent = (value: unknown) => value === undefined || value === "";
