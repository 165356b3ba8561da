/** Parameters that the relays have in common, and how a request's words become a task. */
import { Type } from "@sinclair/typebox";
import type { NewTask, TaskRequests } from "../generation/task.ts";

/** What a dialect makes of a body; the route adds whose task it is, and its id. */
export interface Wanted extends Pick<
  NewTask,
  "model" | "enhancePrompt" | "upsample" | "callbackUrl" | "callbackParam"
> {
  kind: "video";
  request: TaskRequests["video"];
}

export const Prompt = Type.String({
  description: "What the video shows.",
  pattern: "\\S",
  expects: "it must be a text that is not empty",
});

export const Model = Type.String({
  description: "A name from the table of video models, or the id of any fal video endpoint.",
  minLength: 1,
  expects: "it must be the name of a model",
});

export const Picture = Type.String({
  minLength: 1,
  expects: "it must be a picture: a URL, a data URL or base64",
});

/** Some of the relays' own documentation types switches as text. */
export const Switch = (description: string) =>
  Type.Optional(
    Type.Union([Type.Boolean(), Type.Literal("true"), Type.Literal("false")], {
      description,
      expects: "it must be true or false",
    }),
  );

export const isOn = (value: boolean | string | undefined): boolean => String(value) === "true";

/** `notify_hook` is what sibling routes of the relays call `callback_url`. */
export const Callback = {
  callback_url: Type.Optional(
    Type.String({
      description:
        "Called once when the video is there or has failed: signed as Standard Webhooks has it, and repeated until it is heard.",
    }),
  ),
  notify_hook: Type.Optional(Type.String({ description: "Another name of `callback_url`." })),
};

interface Called {
  callback_url: string | undefined;
  notify_hook: string | undefined;
}

type Calling = Required<Pick<NewTask, "callbackUrl" | "callbackParam">>;

export function callback({ callback_url, notify_hook }: Called): Calling | object {
  if (callback_url !== undefined) {
    return { callbackUrl: callback_url, callbackParam: "callback_url" };
  }
  return notify_hook === undefined
    ? {}
    : { callbackUrl: notify_hook, callbackParam: "notify_hook" };
}
