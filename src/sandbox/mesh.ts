/** The smallest real GLB there is: one triangle. */

export const glb: Uint8Array = build();

function build() {
  const json = JSON.stringify({
    asset: { version: "2.0", generator: "fal sandbox" },
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    buffers: [{ byteLength: 36 }],
    bufferViews: [{ buffer: 0, byteLength: 36 }],
    accessors: [
      {
        bufferView: 0,
        componentType: 5126,
        count: 3,
        type: "VEC3",
        min: [0, 0, 0],
        max: [1, 1, 0],
      },
    ],
  });
  // Chunks of a GLB are padded to four bytes, JSON with blanks.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 4) * 4, " "));
  const file = new Uint8Array(12 + 8 + text.length + 8 + 36);
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x46546c67, true);
  view.setUint32(4, 2, true);
  view.setUint32(8, file.length, true);
  view.setUint32(12, text.length, true);
  view.setUint32(16, 0x4e4f534a, true);
  file.set(text, 20);
  const binary = 20 + text.length;
  view.setUint32(binary, 36, true);
  view.setUint32(binary + 4, 0x004e4942, true);
  [0, 0, 0, 1, 0, 0, 0, 1, 0].forEach((value, index) => {
    view.setFloat32(binary + 8 + index * 4, value, true);
  });
  return file;
}
