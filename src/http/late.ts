/** A stream whose answer has to wait its turn: opened at once, so that nothing on the way cuts it meanwhile. */
import { eventStream, type StreamOptions } from "./stream.ts";

export interface Late extends StreamOptions {
  /** Resolves when it has to wait, with the number that come before it; may never settle. */
  lined: Promise<number>;
  /** A failure as the client sees it, once its status can no longer say so. */
  fail(error: unknown): string;
}

/** The answer itself where it does not wait; else a comment that says how many are ahead, and then the answer. */
export async function late(answer: Promise<Response>, options: Late): Promise<Response> {
  const ahead = await Promise.race([answer.then(() => undefined), options.lined]);
  return ahead === undefined ? answer : eventStream(frames(answer, ahead, options), options);
}

async function* frames(answer: Promise<Response>, ahead: number, { trace, fail }: Late) {
  yield `: ${ahead} ahead\n\n`;
  try {
    const { body } = await answer;
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) yield decoder.decode(chunk, { stream: true });
  } catch (error) {
    trace.error = error;
    yield fail(error);
  }
}
