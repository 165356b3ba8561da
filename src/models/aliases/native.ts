/** The fal ids that the users of contract 4 name; listed in `/v1/models`, and served as any other id is. */
export const nativeNames: readonly string[] = [
  "fal-ai/flux-1/dev",
  "fal-ai/flux-1/dev/image-to-image",
  "fal-ai/flux-1/dev/redux",
  "fal-ai/flux-1/schnell",
  "fal-ai/flux-1/schnell/redux",
  "fal-ai/flux-pro/kontext",
  "fal-ai/flux-pro/kontext/max",
  "fal-ai/flux-pro/kontext/max/multi",
  "fal-ai/flux-pro/kontext/max/text-to-image",
  "fal-ai/flux-pro/kontext/multi",
  "fal-ai/flux-pro/kontext/text-to-image",
  "fal-ai/nano-banana",
  "fal-ai/nano-banana/edit",
];
