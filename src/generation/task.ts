/** A durable generation: written down before anything is paid, followed to its end whoever asks for it. */
import type { Priority } from "../fal/priority.ts";
import type { EditRequest } from "../models/fit/edit.ts";
import type { ImageRequest } from "../models/fit/request.ts";
import type { SpeechRequest } from "../models/fit/speech.ts";
import type { Asks, TranscriptionRequest } from "../models/fit/transcription.ts";
import type { VideoRequest } from "../models/fit/video.ts";
import type { ErrorBody } from "../openai/error.ts";

/** What each kind of task is asked for. JSON: enough to plan it again after a restart. */
export interface TaskRequests {
  image: ImageRequest;
  edit: EditRequest;
  variation: Omit<EditRequest, "prompt">;
  video: VideoRequest;
  /** A picture out of a finished video. */
  frame: { video: string };
  speech: SpeechRequest;
  transcription: TranscriptionRequest & { asks?: Asks };
}

export type TaskKind = keyof TaskRequests;

/** A kind with its request. Files in the request are addresses, data URLs or bare base64. */
export type TaskWork = {
  [Kind in TaskKind]: { kind: Kind; request: TaskRequests[Kind] };
}[TaskKind];

/**
 * In this order, never back; a task may skip some. `queued`: nothing done yet. `preparing`: files are
 * looked at and uploaded, the prompt is put into English. `running`: in line or at fal, and it waits
 * as long as `queuePosition` is there. `upsampling`: the second stage. `keeping`: results are being
 * fetched. The last three are ends, of which a task has one.
 */
export type TaskState =
  | "queued"
  | "preparing"
  | "running"
  | "upsampling"
  | "keeping"
  | "completed"
  | "failed"
  | "cancelled";

/** Milliseconds since 1970, as all its times. */
interface Named {
  /** Made by the dialect, in its own form; known to no other task. */
  id: string;
  /** Id of the client key that made it: to any other key it does not exist. */
  owner: string;
  /** `veo`, `jimeng`, `openai`, `new-api`, `async`, `chat`, `preview`: whose routes answer for it. */
  dialect: string;
  /** The model as the client named it. */
  model: string;
  /** Where it was asked for, for the books: `/v1/videos`. Tasks that an older falgate has left have none. */
  route?: string;
  /** Base of the links to kept files, for callbacks: `https://fal.example.com`. */
  origin?: string;
  /** Where its calls stand in fal's own queue. */
  priority?: Priority;
  /** Called once at the end. */
  callbackUrl?: string;
  /** What the dialect needs to answer later. JSON. */
  view?: Readonly<Record<string, unknown>>;
}

export type NewTask = Named &
  TaskWork & {
    /** Put the prompt into English first, where the model has no field of its own for that. */
    enhancePrompt?: boolean;
    /** A second stage that enlarges the video. */
    upsample?: boolean;
    /** What the client calls `callbackUrl`; it is not kept. */
    callbackParam?: string;
    /** Names the request that it is made for: as long as it is remembered, no other task has it. */
    once?: string;
  };

/** One file that was made. */
export interface TaskMedia {
  /** fal's own link, which may not live long. */
  url: string;
  /** The name under which falgate keeps it, once it does. */
  kept?: string;
  contentType?: string;
  bytes?: number;
  width?: number;
  height?: number;
  /** Seconds. */
  duration?: number;
  /** The prompt that the model says it really drew. */
  revisedPrompt?: string;
}

/** A failure as OpenAI's error has it, and the status that goes with it. */
export type TaskError = ErrorBody["error"] & { status: number };

export type Task = NewTask & {
  state: TaskState;
  /** 0 to 100; it never falls. */
  progress: number;
  /** Requests before it, while it waits in fal's queue. */
  queuePosition?: number;
  /** It was cancelled, but fal has not said yet what became of it. */
  cancelling?: true;
  /** The prompt as it was put into English. */
  enhancedPrompt?: string;
  /** The second stage failed: `media` is the first stage's. */
  upsampleFailed?: true;
  /** The first stage is over, and this is what it made; `upsampling` then replaces it. */
  media: readonly TaskMedia[];
  /** The models' own answers, one for each call that succeeded. */
  result?: readonly unknown[];
  /** What was approximated, a sentence each, for people. */
  adjusted?: readonly string[];
  /** fal's billable units over everything that was done for it. */
  units?: number;
  error?: TaskError;
  /** The state in which it failed. */
  failedIn?: TaskState;
  createdAt: number;
  /** The last change of state, or when fal began with it or had made it. */
  updatedAt: number;
  /** When it came to its end, whichever. */
  completedAt?: number;
  /** When it will be forgotten. */
  expiresAt?: number;
};

export interface TaskQuery {
  /** An id: the page begins after it. Unknown ones are refused with 400. */
  after?: string | undefined;
  limit: number;
  /** By creation. */
  order: "asc" | "desc";
  kinds?: readonly TaskKind[] | undefined;
  dialects?: readonly string[] | undefined;
}

export interface TaskPage {
  tasks: readonly Task[];
  hasMore: boolean;
}

export interface Tasks {
  /**
   * Plans it first: throws ApiError (400, 404) with the parameter named, and nothing is written or
   * submitted; 409 `task_exists` where there is one of that id, or `once`. Resolves once it is written; it then goes on by itself.
   */
  create(task: NewTask): Promise<Task>;
  find(owner: string, id: string): Promise<Task | undefined>;
  /** One that runs in this process, as it stands and without a query. */
  here(id: string): Task | undefined;
  /** The task that was made for that request. */
  findOnce(owner: string, once: string): Promise<Task | undefined>;
  list(owner: string, query: TaskQuery): Promise<TaskPage>;
  /**
   * Ends it where that is still possible, and waits a moment for fal's word on it: `cancelled`, the
   * end it had already, or still `cancelling`. Undefined where there is no such task.
   */
  cancel(owner: string, id: string): Promise<Task | undefined>;
  /** Cancels it and forgets it: no query finds it any more. False where there is no such task. */
  remove(owner: string, id: string): Promise<boolean>;
  /** The task at its end. Rejects with the signal's reason, or 404. */
  settled(owner: string, id: string, signal: AbortSignal): Promise<Task>;
  /** Calls back at every change of a task that runs in this process, until the returned function is called. */
  watch(id: string, listener: () => void): () => void;
  /** The process is about to end: clients that are cut off from now on have asked for no end. */
  drain(): void;
  /** Takes up every unfinished task and callback that an earlier process left. */
  resume(): Promise<void>;
  /** Lets go of everything; what is unfinished is taken up by the next `resume`. */
  stop(): Promise<void>;
  counts(): { running: number; callbacks: number };
}

const ORDER: readonly TaskState[] = ["queued", "preparing", "running", "upsampling", "keeping"];

/** States with a higher rank come later; the ends share the highest. */
export function rankOf(state: TaskState): number {
  const place = ORDER.indexOf(state);
  return place < 0 ? ORDER.length : place;
}

/** Where progress stands once fal has begun with it; what still waits stays below. */
export const BEGUN = 10;

/**
 * Whether fal has ever begun with it. Told from its progress because that never falls, not after a
 * restart either, while `queuePosition` is known only once fal has been heard.
 */
export const hasBegun = ({ progress }: Pick<Task, "progress">) => progress >= BEGUN;

export const isOver = ({ state }: Pick<Task, "state">) => rankOf(state) === ORDER.length;
