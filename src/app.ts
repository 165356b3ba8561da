/** The whole HTTP surface, in the order in which a request meets it. */
import { Elysia } from "elysia";
import { tooLarge } from "./http/body.ts";
import { createCors } from "./http/cors.ts";
import { docs } from "./http/docs.ts";
import { createEdge } from "./http/edge.ts";
import { checkHead } from "./http/head.ts";
import type { Route } from "./http/methods.ts";
import { nowhere } from "./http/nowhere.ts";
import { trace } from "./http/trace.ts";
import { adminKeys } from "./routes/admin-keys.ts";
import { adminUsage } from "./routes/admin-usage.ts";
import { createAdmission } from "./routes/admission.ts";
import { GROUPS, INTRODUCTION } from "./routes/about.ts";
import type { Deps } from "./routes/deps.ts";
import { renderFor } from "./routes/dialects.ts";
import { renderError } from "./routes/errors.ts";
import { billing } from "./routes/billing.ts";
import { chat } from "./routes/chat.ts";
import { edits } from "./routes/edits.ts";
import { embeddings } from "./routes/embeddings.ts";
import { files } from "./routes/files.ts";
import { health } from "./routes/health.ts";
import { images } from "./routes/images.ts";
import { jimeng } from "./routes/jimeng.ts";
import { models } from "./routes/models.ts";
import { native } from "./routes/native.ts";
import { isNative } from "./routes/native-path.ts";
import { proxy } from "./routes/proxy.ts";
import { type Become, realtime } from "./routes/realtime.ts";
import { responses } from "./routes/responses.ts";
import { speech } from "./routes/speech.ts";
import { tasks } from "./routes/tasks.ts";
import { transcriptions } from "./routes/transcriptions.ts";
import { uploads } from "./routes/uploads.ts";
import { veo } from "./routes/veo.ts";
import { videos } from "./routes/videos.ts";
import { videoGenerations } from "./routes/video-generations.ts";
import { usage } from "./routes/usage.ts";
import { webhooks } from "./routes/webhooks.ts";

/** Paths that need no key: fal's signature, a ticket or nothing at all takes its place. */
const PUBLIC =
  /^\/(healthz|readyz|swagger(\/.*)?|uploads\/.+|files\/.+|webhooks\/fal|(rest\/)?\.well-known\/jwks\.json)?$/;

/** How the process around it lets the application reach its server and know of its end. */
export interface Surroundings {
  /** The server's idle timer must not cut a long wait. */
  patient(request: Request): void;
  draining(): boolean;
  /** Makes a WebSocket of a request. */
  upgrade: Become;
}

const NOWHERE: Surroundings = {
  patient: () => {},
  draining: () => false,
  upgrade: () => false,
};

export function createApp(deps: Deps, surroundings: Partial<Surroundings> = {}) {
  const { config, log, version } = deps;
  const { patient, draining, upgrade } = { ...NOWHERE, ...surroundings };
  const sockets = realtime(deps, upgrade);
  const admission = createAdmission({ ...deps, callerOf: sockets.callerOf });

  const edge = createEdge({
    log,
    cors: createCors(config.corsOrigin),
    admit: (request, path) => (PUBLIC.test(path) ? undefined : admission.admit(request, path)),
    enter: (request, path) => (PUBLIC.test(path) ? undefined : admission.enter(request, path)),
    measure: (request, path) => {
      checkHead(request);
      const streams = isNative(path) || path === "/files";
      const limit = (streams ? config.maxUploadSize : config.maxBodySize) * 1e6;
      if (Number(request.headers.get("content-length")) > limit) throw tooLarge(limit);
    },
    upgrade: sockets.upgrade,
    patient,
    draining,
    render: (error, path) => renderFor(path)(error),
  });

  // Normalizing takes the letters of a text for the items of a list, before it is checked.
  const app = new Elysia({ normalize: false, handler: { standardHostname: false } })
    .wrap(edge as unknown as Parameters<Elysia["wrap"]>[0])
    .onError(({ error, code, request }) => {
      const failure = code === "NOT_FOUND" ? nowhere(served(), request) : error;
      trace(request).error = failure;
      const render = code === "NOT_FOUND" ? renderError : renderFor(new URL(request.url).pathname);
      return render(failure);
    })
    .use(docs({ version, introduction: INTRODUCTION, groups: GROUPS }))
    .use(health(deps))
    .use(models(deps))
    .use(images(deps))
    .use(edits(deps))
    .use(speech(deps))
    .use(transcriptions(deps))
    .use(chat(deps))
    .use(responses(deps))
    .use(embeddings(deps))
    .use(videos(deps))
    .use(tasks(deps))
    .use(veo(deps))
    .use(videoGenerations(deps))
    .use(jimeng(deps))
    .use(uploads(deps))
    .use(files(deps))
    .use(proxy(deps))
    .use(webhooks(deps))
    .use(adminKeys(deps, served))
    .use(adminUsage(deps))
    .use(usage(deps))
    .use(billing(deps))
    .use(native(deps))
    .get("/", () => Response.redirect("/swagger"), { detail: { hide: true } });

  function served(): readonly Route[] {
    return app.routes;
  }

  return app;
}

export type App = ReturnType<typeof createApp>;
