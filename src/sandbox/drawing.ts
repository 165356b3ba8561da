/** Draws a picture from a seed: a sky, a sun and hills, small and soft, for the encoder to enlarge. */
import { chance } from "./chance.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** Sky above, sky below, sun, far hill, near hill. */
const palettes: readonly (readonly Colour[])[] = [
  [
    [28, 32, 84],
    [238, 120, 110],
    [255, 214, 140],
    [96, 58, 110],
    [34, 24, 62],
  ],
  [
    [90, 170, 225],
    [224, 240, 246],
    [255, 250, 225],
    [110, 160, 150],
    [44, 96, 92],
  ],
  [
    [12, 20, 44],
    [52, 86, 132],
    [232, 238, 250],
    [30, 52, 84],
    [10, 18, 34],
  ],
  [
    [252, 196, 120],
    [252, 236, 200],
    [240, 96, 66],
    [206, 128, 84],
    [120, 62, 52],
  ],
  [
    [110, 76, 160],
    [246, 178, 200],
    [255, 236, 220],
    [140, 90, 150],
    [60, 36, 88],
  ],
  [
    [36, 120, 120],
    [190, 224, 190],
    [250, 244, 190],
    [60, 110, 80],
    [22, 58, 54],
  ],
];

/** Longest edge that is drawn point by point. */
const finest = 256;

/** An uncompressed BMP in about that shape: the one format that needs no encoder of our own. */
export function draw(seed: number, width: number, height: number, black: boolean): Uint8Array {
  const scale = Math.min(1, finest / Math.max(width, height));
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const { file, stride } = bitmap(columns, rows);
  if (black) return file;

  const next = chance(seed);
  const [top, bottom, sun, far, near] = palettes[Math.floor(next() * palettes.length)]! as [
    Colour,
    Colour,
    Colour,
    Colour,
    Colour,
  ];
  const sunX = 0.2 + next() * 0.6;
  const sunY = 0.2 + next() * 0.35;
  const radius = 0.06 + next() * 0.09;
  const farHill = ridge(next, 0.58, 0.09);
  const nearHill = ridge(next, 0.78, 0.07);
  const wide = columns / rows;

  for (let x = 0; x < columns; x++) {
    const u = (x + 0.5) / columns;
    const farTop = farHill(u);
    const nearTop = nearHill(u);
    for (let y = 0; y < rows; y++) {
      const v = (y + 0.5) / rows;
      const distance = Math.hypot(
        (u - sunX) * Math.max(1, wide),
        (v - sunY) * Math.max(1, 1 / wide),
      );
      const glow = Math.max(0, 1 - distance / (radius * 5)) ** 2 * 0.5;
      const disc = Math.min(1, Math.max(0, (radius - distance) * rows * 0.4 + 0.5));
      const light = Math.max(glow, disc);
      const farness = edge(v - farTop, rows);
      const nearness = edge(v - nearTop, rows);
      const at = 54 + y * stride + x * 3;
      for (let channel = 0; channel < 3; channel++) {
        let value = mix(top[channel]!, bottom[channel]!, Math.min(1, v / 0.75));
        value = mix(value, sun[channel]!, light);
        value = mix(value, mix(far[channel]!, bottom[channel]!, 0.25 * (1 - v)), farness);
        value = mix(value, near[channel]!, nearness);
        file[at + 2 - channel] = value;
      }
    }
  }
  return file;
}

function ridge(next: () => number, level: number, swing: number) {
  const waves = [1.3, 2.7, 6.1].map((pitch, index) => ({
    pitch: pitch * (0.8 + next() * 0.5),
    phase: next() * Math.PI * 2,
    height: swing / (index + 1),
  }));
  return (u: number) =>
    waves.reduce(
      (sum, wave) => sum + wave.height * Math.sin(u * wave.pitch * 4 + wave.phase),
      level,
    );
}

function edge(depth: number, rows: number): number {
  return Math.min(1, Math.max(0, depth * rows * 0.7 + 0.5));
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function bitmap(columns: number, rows: number) {
  // Rows of a BMP are padded to four bytes; a negative height puts the first row on top.
  const stride = (columns * 3 + 3) & ~3;
  const file = new Uint8Array(54 + stride * rows);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, file.length, true);
  view.setUint32(10, 54, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, columns, true);
  view.setInt32(22, -rows, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return { file, stride };
}
