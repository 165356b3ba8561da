/** Medians with their spread, and the table that they are printed in. */

export interface Figure {
  median: number;
  min: number;
  max: number;
}

export function figure(values: readonly number[]): Figure {
  return { median: percentile(values, 50), min: Math.min(...values), max: Math.max(...values) };
}

export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]!;
}

export interface Row {
  name: string;
  unit: string;
  falgate: Figure;
  bare: Figure;
  /** What `bare` is. */
  against: string;
  /** The median must stay below it. */
  target?: number;
  /** The ratio must be at least this, where more is better. */
  least?: number;
}

const HEAD = ["", "falgate", "bare", "ratio", "target", "measured against"];

export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.name,
    `${shown(row.falgate)} ${row.unit}`,
    `${shown(row.bare)} ${row.unit}`,
    `${(row.falgate.median / row.bare.median).toFixed(2)}×`,
    judged(row),
    row.against,
  ]);
  const widths = HEAD.map((_, column) =>
    Math.max(...[HEAD, ...lines].map((line) => line[column]!.length)),
  );
  return [HEAD, ...lines]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function judged({ unit, falgate, bare, target, least }: Row): string {
  if (target !== undefined) {
    return `< ${target} ${unit} ${falgate.median < target ? "ok" : "MISS"}`;
  }
  if (least === undefined) return "";
  return `≥ ${least}× ${falgate.median / bare.median >= least ? "ok" : "MISS"}`;
}

/** `123 (119–131)`: three digits say all that two cores can. */
function shown({ median, min, max }: Figure): string {
  return `${digits(median)} (${digits(min)}–${digits(max)})`;
}

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
