/** What becomes of a task: its stages, what is paid for it, and how it ends. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { VideoRequest } from "../../../src/models/fit/video.ts";
import type { NewTask, Tasks } from "../../../src/generation/task.ts";
import { tidy } from "../../store/support.ts";
import { cancelled } from "../../support/fal.ts";
import {
  made,
  OWNER,
  PNG,
  settled,
  submissions,
  until,
  video,
  world,
  type World,
} from "./support.ts";

let place: World;
let tasks: Tasks;
beforeEach(async () => {
  place = await world();
  tasks = place.start();
});
afterEach(() => place.stop());
afterAll(tidy);

const SERVED = "fal-ai/veo3.1/fast";
const find = (task: NewTask) => tasks.find(OWNER, task.id);
const inputs = () =>
  place.fal.requests
    .filter(({ host, method }) => host === "queue" && method === "POST")
    .map(({ body }) => body as Record<string, unknown>);

describe("a task", () => {
  test("is made in one call, and told with all that is known of it", async () => {
    const task = video({ view: { seconds: "8" }, origin: "https://gate" });
    const { createdAt, updatedAt, completedAt, expiresAt, media, result, ...rest } = await made(
      tasks,
      task,
    );
    expect(rest).toEqual({
      ...task,
      state: "completed",
      progress: 100,
      adjusted: [],
      units: 5,
    } as never);
    expect(completedAt).toBe(updatedAt);
    expect(completedAt!).toBeGreaterThanOrEqual(createdAt);
    expect(expiresAt).toBe(completedAt! + 7 * 86_400_000);
    expect(media).toEqual([
      {
        url: expect.stringMatching(/wide\.mp4$/),
        contentType: "video/mp4",
        ...{ bytes: expect.any(Number), width: 320, height: 180, duration: 2 },
      },
    ]);
    expect(result!.length).toBe(1);
    expect(submissions(place.fal)).toEqual([SERVED]);
  });

  test.each([
    ["image", "flux-dev", { n: 3 }, 3],
    ["edit", "gpt-image-1", { images: [PNG] }, 1],
    ["variation", "dall-e-2", { images: [PNG] }, 1],
    ["speech", "tts-1", { input: "Hello." }, 1],
    [
      "transcription",
      "whisper-1",
      { file: `data:audio/mpeg;base64,${btoa("ID3 and some sound")}` },
      0,
    ],
  ] as const)("of kind %s", async (kind, model, request, count) => {
    const task = await made(tasks, video({ kind, model, request }));
    expect(task).toMatchObject({ state: "completed", kind });
    expect(task.media.length).toBe(count);
    expect(submissions(place.fal).length).toBe(1);
  });

  test("moves forward: states in order, progress that never falls", async () => {
    place.fal.update({ queueTime: 80, runTime: 150 });
    const task = video({ upsample: true, request: { images: [PNG] } });
    const seen: [string, number][] = [];
    tasks.watch(task.id, () => {
      void find(task).then((now) => seen.push([now!.state, now!.progress]));
    });
    await made(tasks, task);
    await Bun.sleep(5);
    const states = [...new Set(seen.map(([state]) => state))];
    expect(states).toEqual(["preparing", "running", "upsampling", "keeping", "completed"]);
    const progress = seen.map(([, each]) => each);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(new Set(progress).size).toBeGreaterThan(4);
  });

  test("is nobody else's", async () => {
    const task = video();
    await made(tasks, task);
    expect(await tasks.find("key-bert", task.id)).toBeUndefined();
    expect(await tasks.cancel("key-bert", task.id)).toBeUndefined();
    expect(await tasks.remove("key-bert", task.id)).toBe(false);
    expect(await tasks.list("key-bert", { limit: 10, order: "desc" })).toEqual({
      tasks: [],
      hasMore: false,
    });
    expect(settled(tasks, task, "key-bert")).rejects.toMatchObject({
      status: 404,
      code: "task_not_found",
    });
    expect(
      tasks.list("key-bert", { limit: 1, order: "asc", after: task.id }),
    ).rejects.toMatchObject({
      status: 400,
      param: "after",
    });
  });

  test("has an id of its own", async () => {
    const task = video();
    await made(tasks, task);
    expect(tasks.create(task)).rejects.toMatchObject({ status: 409 });
  });
});

describe("refused before anything is written or sent", () => {
  const picture = (text: string) => `data:image/png;base64,${btoa(text)}`;
  test.each([
    ["no prompt", { request: { prompt: " " } }, "prompt"],
    ["an unknown model", { model: "veo9" }, "model"],
    ["a model that films nothing", { model: "flux-dev" }, "model"],
    ["three pictures where two are allowed", { request: { images: [PNG, PNG, PNG] } }, "images"],
    ["a picture that is none", { request: { images: [picture("no picture at all")] } }, "images"],
    ["neither an address nor base64", { request: { images: ["hello"] } }, "images"],
    [
      "by the client's own name",
      { request: { images: ["?"], imagesParam: "input_reference" } },
      "input_reference",
    ],
    ["a duration of 7", { request: { duration: 7 } }, "duration"],
    ["a callback inside", { callbackUrl: "http://169.254.169.254/x" }, "callback_url"],
    [
      "a callback under its other name",
      { callbackUrl: "ftp://x", callbackParam: "notify_hook" },
      "notify_hook",
    ],
  ])("%s", async (_, changes, param) => {
    const task = video(changes);
    expect(tasks.create(task)).rejects.toMatchObject({ name: "ApiError", param });
    await tasks.create(task).catch(() => {});
    expect(await find(task)).toBeUndefined();
    expect(place.fal.requests).toEqual([]);
    expect(tasks.counts()).toEqual({ running: 0, callbacks: 0 });
  });
});

describe("files", () => {
  test("that are not addresses go up first, and the task keeps their addresses", async () => {
    const task = await made(
      tasks,
      video({ request: { images: [PNG, `data:image/png;base64,${PNG}`] } }),
    );
    const [input] = inputs();
    const images = (task.request as VideoRequest).images!;
    expect(images.every((url) => url.startsWith(place.fal.url))).toBe(true);
    expect([input!.first_frame_url, input!.last_frame_url] as unknown[]).toEqual([...images]);
  });

  test.each([
    ["that is not there", (fal: string) => `${fal}/files/u/none/none.png`, /404/],
    ["that is no picture", (fal: string) => `${fal}/`, /not a picture/],
    ["at a private address", () => "http://10.1.2.3/a.png", /not public/],
    ["at a host that does not exist", () => "https://nowhere.invalid/a.png", /not public|reached/],
  ])("an address %s ends it before anything is paid", async (_, address, why) => {
    const task = video({ request: { images: [address(place.fal.url)] } });
    const refused = await tasks.create(task).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 400, param: "images" });
    expect((refused as Error).message).toMatch(why);
    expect(await find(task)).toBeUndefined();
    expect(submissions(place.fal)).toEqual([]);
  });

  test("at a host that takes its time is found out after the answer", async () => {
    const told = Promise.withResolvers<void>();
    const host = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch() {
        await told.promise;
        return new Response(null, { status: 404 });
      },
    });
    const patient = place.start({ env: { WEBHOOK_HOSTS: host.url.host } });
    const task = video({ request: { images: [`${host.url}a.png`] } });
    expect(await patient.create(task)).toMatchObject({ state: "queued" });
    await until(async () => (await patient.find(OWNER, task.id))!.state === "preparing");
    told.resolve();
    const end = await settled(patient, task);
    expect(end).toMatchObject({ state: "failed", failedIn: "preparing", error: { status: 400 } });
    expect(end.error!.param).toBe("images");
    expect(submissions(place.fal)).toEqual([]);
    await host.stop(true);
  });
});

describe("the prompt in English", () => {
  test("comes from a small model where the endpoint has no field for it", async () => {
    const task = await made(tasks, video({ enhancePrompt: true, request: { prompt: "灯塔" } }));
    expect(task.enhancedPrompt).toContain("灯塔");
    expect(inputs()[0]!.prompt).toBe(task.enhancedPrompt!);
    expect((task.request as { prompt: string }).prompt).toBe("灯塔");
  });

  test("is the endpoint's own business where it has a field", async () => {
    const task = await made(tasks, video({ enhancePrompt: true, model: "fal-ai/veo2" }));
    expect(task.enhancedPrompt).toBeUndefined();
    expect(inputs()).toEqual([expect.objectContaining({ enhance_prompt: true })]);
    expect(place.fal.requests.filter(({ host }) => host === "run")).toEqual([]);
  });

  test("is the first endpoint's business where only the later ones have no field", async () => {
    const task = await made(tasks, video({ enhancePrompt: true, model: "veo2" }));
    expect(task.enhancedPrompt).toBeUndefined();
    expect(inputs()).toEqual([expect.objectContaining({ enhance_prompt: true })]);
  });

  test("comes from the small model where fal has retired the endpoint with the field", async () => {
    place.fal.update({ retired: ["fal-ai/veo2"] });
    await made(tasks, video({ model: "veo2" }));
    const request = { prompt: "灯塔" };
    const task = await made(tasks, video({ enhancePrompt: true, model: "veo2", request }));
    expect(inputs().at(-1)!.prompt).toBe(task.enhancedPrompt!);
  });

  test("stays as it is where that fails", async () => {
    const prompt = "灯塔 [sandbox status=500]";
    const task = await made(
      tasks,
      video({ enhancePrompt: true, model: "veo3.1", request: { prompt } }),
    );
    // The marker breaks the language model's call, and then the video's as well.
    expect(task.enhancedPrompt).toBeUndefined();
    expect(inputs()[0]!.prompt).toBe(prompt);
  });
});

describe("the second stage", () => {
  test("enlarges the first one's video", async () => {
    const task = await made(tasks, video({ upsample: true }));
    expect(submissions(place.fal)).toEqual([SERVED, "fal-ai/topaz/upscale/video"]);
    const first = (task.result![0] as { video: { url: string } }).video.url;
    expect(inputs()[1]).toEqual({ video_url: first });
    expect(task.media[0]!.url).not.toBe(first);
    expect(task.upsampleFailed).toBeUndefined();
  });

  test("goes to the next endpoint where fal has retired one", async () => {
    place.fal.update({ retired: ["fal-ai/topaz/*"] });
    const task = await made(tasks, video({ upsample: true }));
    expect(submissions(place.fal).slice(1)).toEqual([
      "fal-ai/topaz/upscale/video",
      "fal-ai/seedvr/upscale/video",
    ]);
    expect(task.upsampleFailed).toBeUndefined();
    // The next task knows.
    await made(tasks, video({ upsample: true }));
    expect(submissions(place.fal).slice(4)).toEqual(["fal-ai/seedvr/upscale/video"]);
  });

  test("that fails alone leaves the first one's video", async () => {
    const apps = ["topaz/*", "seedvr/*", "bytedance-upscaler/*", "flashvsr/*", "video-upscaler"];
    place.fal.update({ retired: apps.map((app) => `fal-ai/${app}`) });
    const task = await made(tasks, video({ upsample: true }));
    expect(task).toMatchObject({ state: "completed", upsampleFailed: true, progress: 100 });
    expect(task.media[0]!.url).toBe((task.result![0] as { video: { url: string } }).video.url);
  });
});

describe("what goes wrong at fal", () => {
  test("a retired endpoint gives way to the next of its chain", async () => {
    place.fal.update({ retired: ["fal-ai/veo3/*", "fal-ai/veo3"] });
    await made(tasks, video({ model: "veo3" }));
    expect(submissions(place.fal)).toEqual(["fal-ai/veo3", "fal-ai/veo3.1"]);
  });

  test.each([
    ["the model's verdict", "error=content_policy_violation", "content_policy_violation"],
    ["a failure that is billed", "error=runner_server_error billed=4", "upstream_error"],
    ["a refusal", "status=403", "upstream_error"],
    ["a result that is forgotten at once", "forget", "outcome_unknown"],
    [
      "a submission that never arrived, and cannot be told from one that did",
      "drop=submit-before",
      "outcome_unknown",
    ],
  ])("%s fails it, and nothing is sent twice", async (_, marker, code) => {
    const task = await made(tasks, video({ request: { prompt: `x [sandbox ${marker}]` } }));
    expect(task).toMatchObject({ state: "failed", error: { code } });
    expect(submissions(place.fal).length).toBe(1);
  });

  test("a submission whose answer is lost is found in fal's list", async () => {
    const prompt = "x [sandbox drop=submit-after]";
    const tasksOf = [video({ request: { prompt } }), video({ request: { prompt: `${prompt} y` } })];
    const ends = await Promise.all(tasksOf.map((task) => made(tasks, task)));
    expect(ends.map(({ state }) => state)).toEqual(["completed", "completed"]);
    expect(submissions(place.fal).length).toBe(2);
    expect(place.fal.billed.length).toBe(2);
  });

  test("a busy fal is asked again until it takes it", async () => {
    const task = await made(tasks, video({ request: { prompt: "x [sandbox status=429*5]" } }));
    expect(task.state).toBe("completed");
    expect(place.fal.billed.length).toBe(1);
  }, 20_000);

  test("results are stored as they come: fal may forget them a second later", async () => {
    place.fal.update({ forgetAfter: 1_000 });
    const ends = await Promise.all(
      Array.from({ length: 20 }, () => made(tasks, video({ upsample: true }))),
    );
    expect(ends.every(({ state, media }) => state === "completed" && media.length === 1)).toBe(
      true,
    );
  });
});

describe("cancelling", () => {
  test("what waits in the queue never runs", async () => {
    const task = video({ request: { prompt: "x [sandbox queue=30s]" } });
    await tasks.create(task);
    await until(async () => (await find(task))!.queuePosition !== undefined);
    expect(await tasks.cancel(OWNER, task.id)).toMatchObject({ state: "cancelled", media: [] });
    expect(cancelled(place.fal).length).toBe(1);
    expect(place.fal.billed).toEqual([]);
  });

  test("what runs is cancelled too", async () => {
    const task = video({ request: { prompt: "x [sandbox run=30s]" } });
    await tasks.create(task);
    await until(async () => (await find(task))!.progress >= 10);
    expect(await tasks.cancel(OWNER, task.id)).toMatchObject({ state: "cancelled" });
    expect(await tasks.cancel(OWNER, task.id)).toMatchObject({ state: "cancelled" });
  });

  test("what completes all the same is told as completed", async () => {
    const task = video({ request: { prompt: "x [sandbox cancel=ignored run=400ms]" } });
    await tasks.create(task);
    await until(async () => (await find(task))!.progress >= 10);
    const end = await tasks.cancel(OWNER, task.id);
    expect(end).toMatchObject({ state: "completed" });
    expect(end!.media.length).toBe(1);
    expect(place.fal.billed.length).toBe(1);
  });

  test("what is only being prepared submits nothing", async () => {
    const task = video({ request: { images: [PNG] } });
    await tasks.create(task);
    const end = await tasks.cancel(OWNER, task.id);
    expect(end!.state).toBe("cancelled");
    expect(submissions(place.fal)).toEqual([]);
  });

  test("in the second stage keeps what the first has made", async () => {
    place.fal.update({ runTime: 30_000 });
    const task = video({ upsample: true, request: { prompt: "x [sandbox run=0ms]" } });
    await tasks.create(task);
    const watched = () => place.fal.requests.some(({ path }) => /topaz.*status/.test(path));
    await until(watched);
    const end = await tasks.cancel(OWNER, task.id);
    expect(end).toMatchObject({ state: "cancelled", upsampleFailed: true });
    expect(end!.media.length).toBe(1);
  });

  test("survives the process that was asked for it", async () => {
    const task = video({ request: { prompt: "x [sandbox queue=30s]" } });
    await tasks.create(task);
    await until(async () => (await find(task))!.queuePosition !== undefined);
    await tasks.stop();
    await place.store.askCancel(task.id);
    const next = place.start();
    await next.resume();
    expect(await settled(next, task)).toMatchObject({ state: "cancelled" });
    expect(cancelled(place.fal).length).toBe(1);
  });

  test("removing cancels, and no query finds it any more", async () => {
    const [running, over] = [video({ request: { prompt: "x [sandbox queue=30s]" } }), video()];
    await made(tasks, over);
    await tasks.create(running);
    for (const task of [running, over]) {
      expect(await tasks.remove(OWNER, task.id)).toBe(true);
      expect(await find(task)).toBeUndefined();
      expect(await tasks.remove(OWNER, task.id)).toBe(false);
    }
    await until(() => tasks.counts().running === 0);
    expect(place.fal.billed.length).toBe(1);
    expect((await tasks.list(OWNER, { limit: 10, order: "asc" })).tasks).toEqual([]);
  });
});

describe("keeping", () => {
  test("is tried again, and never makes anything again", async () => {
    let tries = 0;
    const keeping = place.start({
      keep: async (media, { id }) => {
        tries += 1;
        if (tries < 3) throw new Error("disk full");
        return { ...media, kept: `${id}.mp4` };
      },
    });
    const task = video();
    const end = await made(keeping, task);
    expect([tries, end.media[0]!.kept]).toEqual([3, `${task.id}.mp4`]);
    expect(submissions(place.fal).length).toBe(1);
  });

  test("is taken up after a restart, file by file", async () => {
    const kept: string[] = [];
    const first = place.start({
      keep: async (media) => {
        if (kept.length > 0) return new Promise(() => {});
        kept.push(media.url);
        return { ...media, kept: "one" };
      },
    });
    const task = video({ kind: "image", model: "flux-dev", request: { n: 2 } });
    await first.create(task);
    await until(async () => (await place.store.find(task.id))!.facts && kept.length === 1);
    await until(async () => JSON.stringify(await place.store.find(task.id)).includes('"one"'));
    const stopped = first.stop();
    const second = place.start({
      keep: async (media) => {
        kept.push(media.url);
        return { ...media, kept: "two" };
      },
    });
    await stopped;
    await second.resume();
    const end = await settled(second, task);
    expect(end.media.map((media) => media.kept)).toEqual(["one", "two"]);
    expect(kept).toEqual(end.media.map(({ url }) => url));
    expect(submissions(place.fal).length).toBe(1);
  }, 20_000);
});
