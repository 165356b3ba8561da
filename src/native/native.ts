/** fal's own API, relayed: submitted here, followed here, kept here. */
import type { FalKeys } from "../fal/keys.ts";
import { createJobUnderAny } from "./job.ts";
import { createReading, type Reading, type ReadingOptions } from "./reading.ts";
import { createSubmission, type Submission, type SubmissionOptions } from "./submission.ts";

export type NativeApi = Submission & Reading;

export type NativeApiOptions = Omit<SubmissionOptions & ReadingOptions, "jobOf"> & {
  keys: FalKeys;
};

export function createNativeApi({ keys, ...options }: NativeApiOptions): NativeApi {
  const parts = { ...options, jobOf: createJobUnderAny(keys, options.queueUrl) };
  return { ...createSubmission(parts), ...createReading(parts) };
}
