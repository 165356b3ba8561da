/** Files that come along with a task: brought to fal's storage, and looked at before anything is paid. */
import { type Look, LookError } from "../../fal/look.ts";
import { typeOfBytes } from "../../fal/signature.ts";
import { ApiError, invalidRequest } from "../../openai/error.ts";
import type { TaskKind, TaskWork } from "../task.ts";

type Sort = "image" | "video" | "audio";

/** The fields of each kind's request that hold files, one or a list. */
const FILES: Readonly<Record<TaskKind, Readonly<Record<string, Sort>>>> = {
  image: {},
  edit: { images: "image", mask: "image" },
  variation: { images: "image" },
  video: { images: "image", video: "video", audio: "audio" },
  frame: { video: "video" },
  speech: {},
  transcription: { file: "audio" },
};

/** What a client waits for the answer to a creation, at the longest. */
const GLANCE_MS = 1_000;

const WORDS: Readonly<Record<Sort, string>> = {
  image: "a picture",
  video: "a video",
  audio: "a sound",
};

interface Reference {
  value: string;
  /** As the client calls it. */
  param: string;
  sort: Sort;
}

export interface References {
  /** Throws 400, naming the parameter, for what is neither an address nor a file of the right sort. */
  check(work: TaskWork): void;
  /**
   * The same for links, as far as that can be known within a moment. What takes longer is found out
   * by `bring`.
   */
  glance(work: TaskWork): Promise<void>;
  /** Whether there is anything to look at or to bring up. */
  any(work: TaskWork): boolean;
  /** The request's files, now all addresses. Rejects with ApiError 400 for one that cannot be used. */
  bring(work: TaskWork, signal: AbortSignal): Promise<Record<string, unknown>>;
}

export interface ReferencesOptions {
  look: Look;
  /** The address under which a model can read what a link leads to. */
  reachable(url: string): Promise<string>;
  /** Puts a file into fal's storage; resolves to its address. */
  upload(bytes: Uint8Array, contentType: string, signal: AbortSignal): Promise<string>;
}

export function createReferences({ look, reachable, upload }: ReferencesOptions): References {
  async function address({ value, param, sort }: Reference, signal: AbortSignal): Promise<string> {
    if (!isAddress(value)) {
      const { bytes, type } = decoded({ value, param, sort });
      return upload(bytes, type, signal);
    }
    const there = await reachable(value);
    const type = await look(there, signal).catch((error: unknown) => {
      if (!(error instanceof LookError)) throw error;
      const message = `The file in ${param} cannot be read: ${error.message}.`;
      throw invalidRequest(message, param, "unreachable_file");
    });
    if (sort === "image" && !type.startsWith("image/")) throw notOf(sort, param, type);
    return there;
  }

  return {
    check(work) {
      for (const reference of referencesOf(work)) {
        if (!isAddress(reference.value)) decoded(reference);
      }
    },
    async glance(work) {
      const links = referencesOf(work).filter(({ value }) => isAddress(value));
      const moment = AbortSignal.timeout(GLANCE_MS);
      const looked = Promise.all(links.map((each) => address(each, moment)));
      await Promise.race([looked, aborted(moment)]).catch((error: unknown) => {
        if (error instanceof ApiError) throw error;
      });
    },
    any: (work) => referencesOf(work).length > 0,
    async bring(work, signal) {
      const given = referencesOf(work);
      const brought = await Promise.all(given.map((each) => address(each, signal)));
      const places = new Map(given.map(({ value }, place) => [value, brought[place]!]));
      return replaced(work, places);
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

const isAddress = (value: string) => /^https?:\/\//i.test(value);

function referencesOf(work: TaskWork): Reference[] {
  return Object.entries(FILES[work.kind]).flatMap(([field, sort]) =>
    valuesOf(work.request, field).map((value) => ({ value, param: paramOf(work, field), sort })),
  );
}

function valuesOf(request: TaskWork["request"], field: string): string[] {
  const value = (request as unknown as Record<string, unknown>)[field];
  return [value].flat().filter((each) => typeof each === "string" && each !== "") as string[];
}

function paramOf({ kind, request }: TaskWork, field: string): string {
  if (field !== "images") return field;
  return kind === "video" ? (request.imagesParam ?? "images") : "image";
}

function replaced(work: TaskWork, places: ReadonlyMap<string, string>): Record<string, unknown> {
  const at = (value: unknown) => places.get(value as string) ?? value;
  const given = work.request as unknown as Record<string, unknown>;
  const fields = Object.keys(FILES[work.kind])
    .filter((field) => given[field] !== undefined)
    .map((field) => {
      const value = given[field];
      return [field, Array.isArray(value) ? value.map(at) : at(value)] as const;
    });
  return Object.fromEntries(fields);
}

const DATA_URL = /^data:([^;,]*)?(?:;[^,]*)?,/i;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** A data URL or bare base64. Throws 400 for anything else, and for a picture that is none. */
function decoded({ value, param, sort }: Reference): { bytes: Uint8Array; type: string } {
  const [head, declared] = DATA_URL.exec(value) ?? [];
  const packed = value.slice(head?.length ?? 0).replace(/\s+/g, "");
  const plain = head !== undefined && !/;base64,$/i.test(head);
  if (plain || packed.length < 16 || !BASE64.test(packed)) {
    const message = `Invalid ${param}: give ${WORDS[sort]} as an http(s) URL, a data URL or base64.`;
    throw invalidRequest(message, param, "invalid_file");
  }
  const bytes = new Uint8Array(Buffer.from(packed, "base64"));
  const found = typeOfBytes(bytes);
  const type = found ?? (declared || "application/octet-stream");
  if (sort === "image" && !found?.startsWith("image/")) throw notOf(sort, param, type);
  return { bytes, type };
}

function notOf(sort: Sort, param: string, type: string) {
  const but = type.startsWith(`${sort}/`) ? "" : `, but ${type}`;
  const message = `Invalid ${param}: that is not ${WORDS[sort]}${but}.`;
  return invalidRequest(message, param, "invalid_file");
}
