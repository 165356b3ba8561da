/** Drawing by talking: a picture or video as the assistant's answer. */
import type { Generation, Wait } from "../generation/generation.ts";
import { drawn, filmed } from "../generation/pictures.ts";
import { progress } from "../generation/progress.ts";
import type { Settled } from "../generation/settled.ts";
import type { Awaited } from "../generation/tasks/awaited.ts";
import { pictureTalk, type TalkPlan, videoTalk } from "../generation/talk.ts";
import { patient } from "../http/patience.ts";
import { eventStream } from "../http/stream.ts";
import { trace, type Trace } from "../http/trace.ts";
import type { Kind, Model } from "../models/model.ts";
import {
  createChunks,
  type Drawn,
  drawnCompletion,
  type Envelope,
  message,
} from "../openai/chat/drawing.ts";
import type { ChatRequest } from "../openai/chat/request.ts";
import { readTalk, type Talk } from "../openai/chat/talk.ts";
import { toApiError } from "../errors.ts";
import { invalidRequest } from "../openai/error.ts";
import { callbackOf, filming } from "./chat-filming.ts";
import type { Deps } from "./deps.ts";
import { renderError } from "./errors.ts";
import { handout } from "./links.ts";
import { asked, patience } from "./waiting.ts";

/** How each kind of model is talked to, and how what it made is found. */
interface Maker {
  plan(model: Model, talk: Talk, body: ChatRequest): TalkPlan;
  made(settled: Settled): string[];
}

const MAKERS: Readonly<Partial<Record<Kind, Maker>>> = {
  image: { plan: pictureTalk, made: (settled) => drawn(settled).map(({ url }) => url) },
  video: { plan: videoTalk, made: (settled) => [filmed(settled).url] },
};

/** A waiting person reads a line at least this often. */
const BEAT_MS = 5000;

/** An answer of so few tokens cannot hold a link: it is a probe, and draws nothing. */
const TOO_FEW_TOKENS = 16;

export async function draw(
  model: Model,
  body: ChatRequest,
  request: Request,
  deps: Deps & { films: Awaited },
): Promise<Response> {
  const maker = MAKERS[model.kind];
  if (!maker)
    throw invalidRequest(`The model '${model.id}' cannot chat.`, "model", "unsupported_model");
  const { config, generations } = deps;
  const talk = await reachable(readTalk(body.messages), deps);
  const traced = trace(request);
  const created = Math.floor(Date.now() / 1000);
  const envelope: Envelope = { id: `chatcmpl-${traced.id}`, created, model: model.id };
  if (isProbe(body)) return probed(envelope, body);

  const { plan, size, film } = maker.plan(model, talk, body);
  const callbackUrl = callbackOf(body, film !== undefined);
  const run = film && filming({ model: model.id, film, callbackUrl }, request, deps);
  const generation = generations.begin({ ...asked(request, plan, body), run });
  const wait = patience(request, config.requestTimeout);
  const answer = async () => {
    const settled = await generation.wait(wait);
    traced.upstreamMs = settled.upstreamMs;
    const kind = model.kind as Drawn["kind"];
    const ratio = size === undefined ? {} : { ratio: shortest(size) };
    const { link } = handout(deps, request, settled.kept);
    const result = { kind, urls: maker.made(settled).map(link), prompt: talk.prompt, ...ratio };
    const said = message({ ...result, model: model.id }, wantsImages(body));
    generation.delivered();
    return said;
  };
  if (!body.stream) {
    const whole = answer().then((said) => Response.json(drawnCompletion(envelope, said)));
    const { jsonKeepalive: seconds } = config;
    return patient(whole, { seconds, trace: traced, render: renderError });
  }
  // A refusal by fal still gets its own status: the stream opens once fal has taken the request.
  await generation.accepted(wait);
  const options = { usage: wantsUsage(body), channel: config.chatProgress };
  const frames = spoken(generation, wait, envelope, answer, traced, options);
  return eventStream(frames, { trace: traced, silence: config.streamKeepalive * 1000 });
}

/** Pictures of the conversation under addresses that a model can read. */
async function reachable(talk: Talk, { attachments }: Deps): Promise<Talk> {
  const [given, drawn] = await Promise.all(
    [talk.given, talk.drawn].map((urls) => Promise.all(urls.map(attachments.reachable))),
  );
  return { ...talk, given: given!, drawn: drawn! };
}

async function* spoken(
  generation: Generation,
  wait: Wait,
  envelope: Envelope,
  answer: () => Promise<{ content: string }>,
  traced: Trace,
  { usage, channel }: { usage: boolean; channel: Deps["config"]["chatProgress"] },
): AsyncGenerator<string> {
  const chunks = createChunks(envelope);
  yield chunks.begin();
  const said = answer();
  said.catch(() => {}); // Read below, when the progress has ended.
  if (channel !== "none") {
    for await (const line of progress(generation, wait.signal, { beat: BEAT_MS })) {
      yield chunks.delta({ [channel]: `${line}\n\n` });
    }
  }
  try {
    yield chunks.delta(await said);
    yield chunks.end(usage);
  } catch (error) {
    if (wait.signal.aborted) return;
    traced.error = error;
    yield chunks.fail(toApiError(error).body());
  }
}

function isProbe({ max_tokens, max_completion_tokens }: ChatRequest): boolean {
  const most = max_completion_tokens ?? max_tokens;
  return typeof most === "number" && most > 0 && most <= TOO_FEW_TOKENS;
}

/** Applications try a model with `max_tokens: 5`; nobody should pay for a picture by that. */
function probed(envelope: Envelope, body: ChatRequest): Response {
  if (!body.stream) return Response.json(drawnCompletion(envelope, { content: "" }, "length"));
  const chunks = createChunks(envelope);
  const text = chunks.begin() + chunks.end(wantsUsage(body), "length");
  return new Response(text, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

const wantsUsage = ({ stream_options }: ChatRequest) => stream_options?.include_usage === true;

const wantsImages = ({ modalities }: ChatRequest) =>
  Array.isArray(modalities) && modalities.includes("image");

/** `1024x768` as `4:3`; what has no short ratio stays as it is. */
function shortest(size: string): string {
  const [, width, height] = /^(\d+)\D(\d+)$/.exec(size) ?? [];
  const [w, h] = [Number(width), Number(height)];
  const divisor = width && height ? gcd(w, h) : 0;
  const short = divisor > 0 && Math.max(w, h) / divisor <= 32;
  return short ? `${w / divisor}:${h / divisor}` : size;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
