/** The documentation's examples work: each is sent as it stands, and is answered. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { CLIENT_KEY, type Gateway, inProcess } from "../support/gateway.ts";
import { filmed } from "../support/videos.ts";

interface Operation {
  requestBody?: {
    content: Record<string, { examples?: Record<string, { value: Record<string, unknown> }> }>;
  };
}

let gateway: Gateway;
beforeAll(async () => {
  gateway = await inProcess();
});
afterAll(() => gateway.stop());

test("every example of a request under /v1 and /jimeng is answered, of each modality one at least", async () => {
  const document = (await (await gateway.fetch("/swagger/json")).json()) as {
    paths: Record<string, { post?: Operation }>;
  };
  const video = await filmed(gateway);
  const refused: string[] = [];
  const paths = new Set<string>();
  for (const [path, { post }] of Object.entries(document.paths)) {
    const examples = post?.requestBody?.content["application/json"]?.examples ?? {};
    for (const [name, { value }] of Object.entries(examples)) {
      if (!/^\/(v1|jimeng)\//.test(path)) continue;
      const response = await gateway.fetch(path.replace("{id}", video.id), {
        method: "POST",
        headers: { authorization: `Bearer ${CLIENT_KEY}` },
        body: JSON.stringify(value),
      });
      const text = await response.text();
      if (response.status >= 300) refused.push(`${path}, ${name}: ${text.slice(0, 200)}`);
      paths.add(path);
    }
  }
  expect(refused).toEqual([]);
  expect([...paths]).toEqual(
    expect.arrayContaining([
      "/v1/images/generations",
      "/v1/images/edits",
      "/v1/images/variations",
      "/v1/audio/speech",
      "/v1/chat/completions",
      "/v1/responses",
      "/v1/videos",
      "/v1/videos/{id}/remix",
      "/v1/video/create",
      "/v1/video/generations",
      "/jimeng/submit/videos",
    ]),
  );
});

test("the page names the models, by what they do", async () => {
  const { tags } = (await (await gateway.fetch("/swagger/json")).json()) as {
    tags: { name: string; description: string }[];
  };
  const { description } = tags.find(({ name }) => name === "Models")!;
  for (const name of ["text-to-image", "text-to-speech", "speech-to-text", "chat", "`tts-1`"]) {
    expect(description).toContain(name);
  }
});
