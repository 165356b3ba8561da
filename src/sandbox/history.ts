/** What was submitted to the queue, as fal's platform lists it. */

export interface Submission {
  readonly requestId: string;
  readonly endpoint: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  /** As it came; large ones are let go. */
  readonly input: unknown;
}

/** A long run must not grow. */
const kept = 10_000;
const largest = 4 * 1024;

export interface History {
  /** Newest first. */
  of(key: string, endpoint: string, from: number, to: number): readonly Submission[];
  add(submission: Omit<Submission, "sentAt">): void;
  clear(): void;
}

export function createHistory(): History {
  const submissions: Submission[] = [];
  return {
    of: (key, endpoint, from, to) =>
      submissions
        .filter((each) => each.key === key && each.endpoint === endpoint)
        .filter(({ sentAt }) => sentAt >= from && sentAt < to)
        .reverse(),
    add(submission) {
      // Shifting on every entry would move the whole list; now and then a batch goes.
      if (submissions.length >= kept * 1.1) submissions.splice(0, submissions.length - kept);
      const small = JSON.stringify(submission.input).length <= largest;
      const input = small ? submission.input : undefined;
      submissions.push({ ...submission, input, sentAt: Date.now() });
    },
    clear: () => void (submissions.length = 0),
  };
}
