/** What is to be made, before anything has been sent: endpoints in order, and the input for each. */
import type { Endpoint } from "../models/catalog.ts";
import type { Fitted } from "../models/fit/request.ts";

export interface Plan {
  /** The model as the client named it. */
  readonly model: string;
  /** Best first; the next one serves when fal has retired the one before. */
  readonly endpoints: readonly Endpoint[];
  /** Whether the client wants to see pictures while they grow, where the endpoint can show them. */
  readonly growing?: boolean;
  /** The request in an endpoint's own fields. Throws ApiError where it cannot be honoured. */
  fit(endpoint: Endpoint): Fitted;
}

/** The same caller asking for the same thing has the same fingerprint, in whatever dialect. */
export function fingerprint(owner: string, plan: Plan): string {
  const [first] = plan.endpoints;
  const made = first ? plan.fit(first).calls.map(({ input }) => input) : [];
  return hash([owner, plan.endpoints.map(({ id }) => id), made]);
}

/** A stable digest of anything that JSON can say; the order of an object's keys does not count. */
export function hash(value: unknown): string {
  const ordered = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return new Bun.CryptoHasher("sha256").update(ordered).digest("base64url");
}
