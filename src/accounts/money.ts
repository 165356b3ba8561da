/** Money in whole millionths of a dollar, so that sums of it are exact. */

export const microUsd = (dollars: number): number => Math.round(dollars * 1e6);

/**
 * What a price may come to: rounded up, but not by what multiplying fractions has left behind, which
 * would make a call too dear for a budget that it fits exactly.
 */
export const mostMicroUsd = (dollars: number): number => Math.ceil(Math.round(dollars * 1e8) / 100);

/** `$0.04`, `$12`, `$0.000559`: no more digits than say something, and at least cents where there are any. */
export function money(micro: number): string {
  const dollars = micro / 1e6;
  if (Number.isInteger(dollars)) return `$${dollars}`;
  return `$${dollars.toFixed(6).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}
