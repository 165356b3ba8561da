/** How long making something takes. */
import type { Settings } from "./options.ts";
import type { Work } from "./work.ts";

const milliseconds: Readonly<Record<string, number>> = {
  images: 150,
  image: 150,
  video: 1500,
  videos: 1500,
  llm: 20,
  openai: 20,
};

export function runTime(settings: Settings, { model }: Work): number {
  if (model === "path") return 0;
  return settings.runTime ?? milliseconds[model.output] ?? 300;
}
