/** fal's own API, relayed: submitted here, followed here, kept here. */
import type { FalKeys } from "../fal/keys.ts";
import { createJobUnderAny } from "./job.ts";
import { createReading, type Reading, type ReadingOptions } from "./reading.ts";
import { createSubmission, type Submission, type SubmissionOptions } from "./submission.ts";

export type Relay = Submission & Reading;

export type RelayOptions = Omit<SubmissionOptions & ReadingOptions, "jobOf"> & { keys: FalKeys };

export function createRelay({ keys, ...options }: RelayOptions): Relay {
  const parts = { ...options, jobOf: createJobUnderAny(keys, options.queueUrl) };
  return { ...createSubmission(parts), ...createReading(parts) };
}
