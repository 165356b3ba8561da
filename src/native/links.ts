/** The links in fal's answers, turned so that whoever follows them stays here. */

const LINKS = ["status_url", "response_url", "cancel_url"] as const;

const PATHS: Readonly<Record<(typeof LINKS)[number], string>> = {
  status_url: "/status",
  response_url: "",
  cancel_url: "/cancel",
};

/**
 * The same body with every link that it has under `base`. They are made anew from the request's id,
 * so that no link of fal's can slip through: a client that follows one shows its key to its host.
 */
export function withLinks<T extends object>(body: T, base: string, app: string, id: string): T {
  const links = LINKS.filter((name) => name in body).map((name) => [
    name,
    `${base}/${app}/requests/${id}${PATHS[name]}`,
  ]);
  return { ...body, ...Object.fromEntries(links) };
}

/** A submission's answer has all three links; clients read each without asking whether it is there. */
export function withAllLinks<T extends object>(body: T, base: string, app: string, id: string): T {
  const blank = Object.fromEntries(LINKS.map((name) => [name, ""]));
  return withLinks({ ...blank, ...body }, base, app, id);
}
