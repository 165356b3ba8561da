/** Carries out one generation: what goes wrong first, and else what the endpoint makes. */
import type { Fal } from "./fal.ts";
import { hex, seedFrom } from "./chance.ts";
import { routeOf } from "./endpoint.ts";
import { faultOf, invalid, plain } from "./fault.ts";
import { shootFilm } from "./film.ts";
import { drawImages } from "./images.ts";
import { glb } from "./mesh.ts";
import type { Model } from "./schema.ts";
import { readReferences } from "./reference.ts";
import { answerPrompt } from "./router.ts";
import type { Size } from "./size.ts";
import { speak } from "./speech.ts";
import { answerOpenAI } from "./openai-host.ts";
import { writeText } from "./transcript.ts";
import { problemsOf } from "./validate.ts";
import type { Outcome, Work } from "./work.ts";

export async function perform(fal: Fal, work: Work): Promise<Outcome> {
  const { model, input, marker, endpoint } = work;
  // The gateway lets any route of an app pass; the app itself then knows no such path.
  if (model === "path")
    return { fault: plain(404, `Path ${routeOf(endpoint)} not found`), early: true };
  const error = marker.get("error");
  if (error) {
    const fault = faultOf(error, input, marker);
    return marker.get("at") === "result" ? { fault, hidden: true } : { fault };
  }
  const problems = problemsOf(input, model.input);
  if (problems.length) return { fault: invalid(problems), early: true };
  const { fault, size } = await readReferences(input, work.origin, fal.uploads);
  if (fault) return { fault, early: true };
  const outcome = await make(fal, work, model, size);
  if (!marker.has("big") || outcome.fault) return outcome;
  // Results of 10 KB and more are forgotten sooner.
  return { ...outcome, output: { ...(outcome.output as object), padding: "-".repeat(12_000) } };
}

function make(fal: Fal, work: Work, model: Model, size?: Size): Outcome | Promise<Outcome> {
  switch (model.output) {
    case "images":
    case "image":
      return drawImages(work, model, size);
    case "video":
    case "videos":
      return shootFilm(work, model, size);
    case "audio":
      return speak(work);
    case "text":
      return writeText(work);
    case "llm":
      return answerPrompt(work);
    case "openai":
      return answerOpenAI(fal, work);
    case "mesh":
      return { output: { model_mesh: meshFile(work) }, units: 1 };
    case "file":
      return { output: { file: meshFile(work) }, units: 1 };
    case "other":
      return { output: { output: work.input["prompt"] ?? "done" }, units: 1 };
  }
}

function meshFile({ origin, id }: Work) {
  const tag = hex(seedFrom(id));
  const url = `${origin}/files/b/${tag}/${tag}-mesh.glb`;
  return {
    url,
    content_type: "model/gltf-binary",
    file_name: `${tag}-mesh.glb`,
    file_size: glb.length,
  };
}
